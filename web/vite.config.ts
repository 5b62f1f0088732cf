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
  plugins: [javascriptBudget()],
  server: { proxy: process.env["KEEL_DASHBOARD"] ? { "/api": process.env["KEEL_DASHBOARD"] } : {} },
  test: { include: ["test/**/*.test.ts"] },
} as Parameters<typeof defineConfig>[0]);
