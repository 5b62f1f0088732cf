import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

const budget_bytes = 150_000;

/** Fails the build when all JavaScript together, gzipped, is more than the budget. */
function javascriptBudget(): Plugin {
  return {
    name: "javascript-budget",
    generateBundle(_options, bundle) {
      let bytes = 0;
      for (const file of Object.values(bundle)) if (file.type === "chunk") bytes += gzipSync(file.code).length;
      if (bytes > budget_bytes) this.error(`${bytes} bytes of gzipped JavaScript: the budget is ${budget_bytes}`);
      this.info(`${bytes} bytes of gzipped JavaScript (budget ${budget_bytes})`);
    },
  };
}

const bundled = ["preact", "@preact/signals", "@preact/signals-core", "uplot", "d3-hierarchy"];

/** What is bundled is under licences that want their text beside it. */
function licences(): Plugin {
  const text = (name: string): string => readFileSync(new URL(`node_modules/${name}/LICENSE`, import.meta.url), "utf8");
  return {
    name: "licences",
    generateBundle() {
      const source = bundled.map((name) => `${name}\n\n${text(name).trim()}\n`).join("\n---\n\n");
      this.emitFile({ type: "asset", fileName: "licences.txt", source });
    },
  };
}

export default defineConfig({
  base: "./",
  esbuild: { jsx: "automatic", jsxImportSource: "preact" },
  build: {
    target: "es2022",
    outDir: process.env["KEEL_WEB_OUT"] ?? "dist",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  plugins: [javascriptBudget(), licences()],
  server: { proxy: process.env["KEEL_DASHBOARD"] ? { "/api": process.env["KEEL_DASHBOARD"] } : {} },
  test: { include: ["test/**/*.test.ts"] },
} as Parameters<typeof defineConfig>[0]);
