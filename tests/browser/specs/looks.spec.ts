import AxeBuilder from "@axe-core/playwright";
import { mkdirSync } from "node:fs";
import type { Page } from "@playwright/test";
import { places } from "../support/places";
import { open } from "../support/steps";
import { system } from "../support/system";
import { expect, test } from "../support/test";

const themes = ["light", "dark"] as const;
type Size = readonly [name: string, width: number, height: number];
const usual: Size[] = [["desktop", 1440, 900], ["phone", 360, 740]];
// The largest once: a theme changes colours, not the layout, and these pictures take long.
const sizes: Record<(typeof themes)[number], Size[]> = { light: [...usual, ["wide", 3840, 2160]], dark: usual };

async function inTheme(page: Page, theme: string): Promise<void> {
  await page.addInitScript((name) => {
    if (location.protocol.startsWith("http")) localStorage.setItem("keel.theme", JSON.stringify(name));
  }, theme);
}

interface Violation {
  id: string;
  impact?: string | null;
  nodes: { html: string }[];
}

const seriousOf = (violations: Violation[]): string[] =>
  violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));

for (const theme of themes) {
  test(`axe finds nothing serious on any screen in the ${theme} theme`, async ({ admin, shop }) => {
    test.setTimeout(240_000);
    await inTheme(admin, theme);
    for (const { name, hash } of await places(admin, shop)) {
      await open(admin, hash);
      const { violations } = await new AxeBuilder({ page: admin }).withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]).analyze();
      expect.soft(seriousOf(violations), `${name} in ${theme}`).toEqual([]);
    }
  });

  test(`every screen in the ${theme} theme is kept as a picture, and none scrolls sideways`, async ({ admin, shop }) => {
    test.setTimeout(240_000);
    await inTheme(admin, theme);
    const folder = `${system.artefacts}/screens`;
    mkdirSync(folder, { recursive: true });
    const all = await places(admin, shop);
    for (const [size, width, height] of sizes[theme]) {
      await admin.setViewportSize({ width, height });
      for (const { name, hash } of all) {
        await open(admin, hash);
        await admin.screenshot({ path: `${folder}/${name}-${size}-${theme}.png`, animations: "disabled" });
        const beyond = await admin.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect.soft(beyond, `${name} at ${width} px`).toBeLessThanOrEqual(0);
      }
    }
  });
}

const dialogs: [name: string, hash: string, show: (page: Page) => Promise<void>][] = [
  ["rebuild", "#/projections/carts", (page) => page.getByRole("button", { name: "Rebuild…" }).click()],
  ["palette", "#/", (page) => page.keyboard.press("Control+k")],
  ["keys", "#/", (page) => page.keyboard.press("?")],
];

for (const theme of themes) {
  test(`the dialogs have nothing serious in the ${theme} theme, and are kept as pictures`, async ({ admin }) => {
    await inTheme(admin, theme);
    mkdirSync(`${system.artefacts}/screens`, { recursive: true });
    for (const [name, hash, show] of dialogs) {
      await open(admin, hash);
      await show(admin);
      await expect(admin.getByRole("dialog")).toBeVisible();
      await expect(admin.locator(".skeleton")).toHaveCount(0);
      const { violations } = await new AxeBuilder({ page: admin }).analyze();
      expect.soft(seriousOf(violations), name).toEqual([]);
      await admin.screenshot({ path: `${system.artefacts}/screens/dialog-${name}-desktop-${theme}.png` });
      await admin.keyboard.press("Escape");
    }
  });
}

test("the login has nothing serious either", async ({ browser }) => {
  for (const colorScheme of themes) {
    const context = await browser.newContext({ colorScheme, baseURL: system.base });
    const page = await context.newPage();
    await page.goto("./");
    await expect(page.getByLabel("Token")).toBeVisible();
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(seriousOf(violations)).toEqual([]);
    await page.screenshot({ path: `${system.artefacts}/screens/login-desktop-${colorScheme}.png` });
    await context.close();
  }
});
