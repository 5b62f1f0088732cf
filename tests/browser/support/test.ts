import { test as base, expect, type Browser, type BrowserContext, type Page } from "@playwright/test";
import { Shop } from "./shop";
import { system } from "./system";

export { expect };

type State = Awaited<ReturnType<BrowserContext["storageState"]>>;

interface Fixtures {
  /** A page of somebody who may do everything. */
  admin: Page;
  /** A page of somebody who may only look. */
  viewer: Page;
}

interface WorkerFixtures {
  shop: Shop;
  admin_session: State;
  viewer_session: State;
}

declare global {
  interface Window {
    csp_violations?: string[];
  }
}

/** Whatever the browser complains about fails the test; an answer that refuses something is no complaint. */
async function watched(page: Page, look: (page: Page) => Promise<void>): Promise<void> {
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !/^Failed to load resource/.test(message.text())) complaints.push(message.text());
  });
  await page.exposeFunction("noteViolation", (text: string) => complaints.push(text));
  await page.addInitScript(() => {
    const note = (window as unknown as { noteViolation: (text: string) => void }).noteViolation;
    document.addEventListener("securitypolicyviolation", (event) => note(`CSP: ${event.violatedDirective} ${event.blockedURI}`));
  });
  await look(page);
  expect(complaints, "what the browser complained about").toEqual([]);
}

async function logIn(browser: Browser, token: string): Promise<State> {
  const context = await browser.newContext({ baseURL: system.base });
  const page = await context.newPage();
  await page.goto(system.base);
  await page.getByLabel("Token").fill(token);
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
  const state = await context.storageState();
  await context.close();
  return state;
}

async function pageOf(browser: Browser, session: State, look: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ baseURL: system.base, storageState: session, viewport: { width: 1440, height: 900 } });
  await watched(await context.newPage(), look);
  await context.close();
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  shop: [
    async ({}, use) => {
      const shop = new Shop();
      await use(shop);
      shop.close();
    },
    { scope: "worker" },
  ],
  admin_session: [async ({ browser }, use) => use(await logIn(browser, system.admin_token)), { scope: "worker" }],
  viewer_session: [async ({ browser }, use) => use(await logIn(browser, system.viewer_token)), { scope: "worker" }],
  admin: async ({ browser, admin_session }, use) => pageOf(browser, admin_session, use),
  viewer: async ({ browser, viewer_session }, use) => pageOf(browser, viewer_session, use),
});
