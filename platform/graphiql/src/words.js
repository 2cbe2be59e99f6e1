const WORDS = {
  en: {
    label: "API token",
    use: "Use",
    forget: "Forget",
    note: "Kept in this tab only.",
    operations: "Begin with",
    none: "your own operation",
  },
  zh: {
    label: "接口令牌",
    use: "使用",
    forget: "清除",
    note: "仅保存在此标签页。",
    operations: "示例操作",
    none: "自行编写",
  },
};

export const words = navigator.language.toLowerCase().startsWith("zh") ? WORDS.zh : WORDS.en;
