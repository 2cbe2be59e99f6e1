const WORDS = {
  en: { label: "API token", use: "Use", forget: "Forget", note: "Kept in this tab only." },
  zh: { label: "接口令牌", use: "使用", forget: "清除", note: "仅保存在此标签页。" },
};

export function TokenBar({ token, onUse }) {
  const words = navigator.language.toLowerCase().startsWith("zh") ? WORDS.zh : WORDS.en;
  const submit = (event) => {
    event.preventDefault();
    onUse(new FormData(event.currentTarget).get("token"));
  };
  return (
    <form key={token} className="token-bar" onSubmit={submit}>
      <label htmlFor="token">{words.label}</label>
      <input
        id="token"
        name="token"
        type="password"
        autoComplete="off"
        spellCheck={false}
        defaultValue={token}
        placeholder="gx_…"
      />
      <button type="submit">{words.use}</button>
      {token && (
        <button type="button" onClick={() => onUse("")}>
          {words.forget}
        </button>
      )}
      <small>{words.note}</small>
    </form>
  );
}
