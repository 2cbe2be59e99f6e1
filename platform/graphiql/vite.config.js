import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";

import { defineConfig } from "vite";

// GraphiQL's style sheet carries its fonts as data: addresses, which the content security policy does not allow.
const withoutFonts = {
  name: "without-fonts",
  enforce: "pre",
  transform(code, id) {
    return id.endsWith(".css") ? code.replace(/@font-face\s*\{[^}]*\}/g, "") : null;
  },
};

// The build is committed: a test compares this with the sources, so that neither is changed alone.
const withSourceHash = {
  name: "with-source-hash",
  generateBundle() {
    const folders = ["src", "public"].flatMap((folder) => readdirSync(folder).map((name) => `${folder}/${name}`));
    const hash = createHash("sha256");
    for (const path of [...folders, "index.html", "package-lock.json", "package.json", "vite.config.js"].sort()) {
      hash.update(`${path}\0`).update(readFileSync(path)).update("\0");
    }
    this.emitFile({ type: "asset", fileName: "sources.sha256", source: `${hash.digest("hex")}\n` });
  },
};

export default defineConfig({
  base: "/graphiql/",
  plugins: [withoutFonts, withSourceHash],
  build: {
    outDir: "../core/guanxi/http/static/graphiql",
    emptyOutDir: true,
    license: { fileName: "licenses.txt" },
    chunkSizeWarningLimit: 1200,
    target: "es2022",
    rolldownOptions: {
      // React's "use client" means nothing in a page without a server half.
      checks: { moduleLevelDirective: false },
    },
  },
});
