import type { Page } from "@playwright/test";
import { freshName } from "../support/shop";
import { ask, open } from "../support/steps";
import { expect, test } from "../support/test";

// What the write side takes as an id, and what only the API could ever answer.
const ids = [
  '<img src=x onerror="window.hit=1">',
  "javascript:window.hit=1",
  '"><script>window.hit=1</script>',
  "\u202egnp.exe",
  "../../etc/passwd",
  "a%2fb?c#d",
  "{{7*7}}${7*7}",
];
const answers = [...ids, "a\u0000b\u001b[31mred\u0007", "x".repeat(1 << 20), "\u2066\u2067\u200f", "𝕳𝖔𝖘𝖙𝖎𝖑𝖊\ud800"];

async function isUnharmed(page: Page): Promise<void> {
  expect(await page.evaluate(() => (window as unknown as { hit?: number }).hit)).toBeUndefined();
  expect(await page.locator("main img, main script, main iframe, main a[href^='javascript' i]").count()).toBe(0);
}

for (const id of ids) {
  test(`an aggregate that is named ${JSON.stringify(id)} is only text`, async ({ admin, shop }) => {
    const name = id + freshName("");
    await shop.addItem(name, "<b>sku</b>");
    await open(admin, `#/aggregates/cart/Cart/${encodeURIComponent(name)}`);
    await expect(admin.getByRole("list", { name: /^Events/ }).getByRole("listitem").first()).toBeVisible();
    await isUnharmed(admin);
    await admin.reload();
    await expect(admin.locator("h1#title")).not.toBeEmpty();
    await isUnharmed(admin);
  });
}

/** Every string of an answer becomes a hostile one, but for words on which the screens decide and times. */
function poisoned(value: unknown, next: () => string, key = ""): unknown {
  const kept = /^(id|process|node|node_id|parent_id|kind|state|happening|presence|role|context|projection|aggregate_type|csrf|.*_at|at|since|payloads)$/;
  if (Array.isArray(value)) return value.map((item) => poisoned(item, next, key));
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, poisoned(item, next, name)]));
  return typeof value === "string" && !kept.test(key) && !/^-?\d*$/.test(value) ? next() : value;
}

/** What an actor shows only when something of its own broke it. */
function inTrouble(address: string, document: object): object {
  if (!new URL(address).pathname.endsWith("/actor") || !("node" in document)) return document;
  const broken_by = { message_type: "type", request_id: "request", trace_id: "trace", version: "1" };
  return { ...document, node: { ...(document.node as object), last_cause: "cause" }, broken_by };
}

test("whatever text the API may answer stays text on every screen", async ({ admin }) => {
  test.setTimeout(180_000);
  const { processes } = await ask<{ processes: { id: string; role: string; presence: string }[] }>(admin, "/overview");
  const command = processes.find(({ role, presence }) => role === "command" && presence === "up")?.id;
  let count = 0;
  const next = (): string => answers[count++ % answers.length] ?? "";
  await admin.route(/\/api\/v1\/(?!session|events|series|processes\/[^/]+\/logs)/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: poisoned(inTrouble(route.request().url(), await response.json()), next) });
  });
  await admin.route(/\/api\/v1\/events/, (route) => route.abort());
  for (const hash of ["#/", "#/tree", "#/tree?tab=graph", "#/nodes", "#/configuration", "#/projections", "#/projections/carts", "#/operations", "#/parked", "#/audit", "#/aggregates/cart/Cart/browser-looks", `#/actor/${command}/1`, `#/nodes/${command}`]) {
    await open(admin, hash);
    if (hash.startsWith("#/actor/")) await expect(admin.locator(".notice")).toContainText("Its log lines");
    await isUnharmed(admin);
    const beyond = await admin.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect.soft(beyond, `${hash} scrolls sideways`).toBeLessThanOrEqual(0);
  }
  expect(count).toBeGreaterThan(100);
});
