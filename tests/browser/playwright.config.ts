import { defineConfig } from "@playwright/test";
import { system } from "./support/system";

// One worker: the specs share one running system, and some of them pause or crash parts of it.
export default defineConfig({
  testDir: "specs",
  outputDir: `${system.artefacts}/failures`,
  workers: 1,
  fullyParallel: false,
  forbidOnly: !!process.env["CI"],
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  use: {
    baseURL: system.base,
    viewport: { width: 1440, height: 900 },
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
    launchOptions: { executablePath: system.chromium, args: ["--no-sandbox"] },
  },
});
