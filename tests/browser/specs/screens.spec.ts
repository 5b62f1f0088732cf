import { freshName } from "../support/shop";
import { ask, open, openAggregate } from "../support/steps";
import { expect, test } from "../support/test";

interface Known {
  processes: { id: string; role: string; presence: string }[];
}

test("the tree has every process that is up, and opens down to the lanes", async ({ admin }) => {
  const { processes } = await ask<Known>(admin, "/overview");
  await open(admin, "#/tree");
  const grid = admin.getByRole("treegrid", { name: "Supervision tree" });
  for (const { role } of processes.filter(({ presence }) => presence === "up")) await expect(grid.getByRole("row", { name: new RegExp(`^\\W*${role}`) }).first()).toBeVisible();
  await admin.getByLabel("Find actors by name").fill("lane 0");
  await expect(grid.getByRole("row", { name: /lane 0/ }).first()).toBeVisible();
  await admin.getByRole("button", { name: "Graph" }).click();
  await expect(admin.getByRole("region", { name: "Graph of the supervision tree" }).getByRole("link", { name: /^lane 0/ }).first()).toBeVisible();
});

test("an aggregate shows each event, what it changed, and the state after it", async ({ admin, shop }) => {
  const cart = freshName("events");
  await shop.addItem(cart, "KEEL-1", 2);
  await shop.addItem(cart, "ROPE-9", 1);
  await openAggregate(admin, "Cart", cart);
  const events = admin.getByRole("list", { name: /^Events/ }).getByRole("button");
  await expect(events.last()).toHaveAttribute("aria-pressed", "true");
  await expect(admin.getByRole("region", { name: "What it changed" }).first()).toContainText("ROPE-9");
  await events.first().click();
  await expect(admin.getByRole("region", { name: /^State at version 1$/ })).toContainText("KEEL-1");
  await expect(admin.getByRole("region", { name: /^State at version 1$/ })).not.toContainText("ROPE-9");
});

test("an aggregate without events is said to have none", async ({ admin }) => {
  await open(admin, `#/aggregates/cart/Cart/${freshName("nobody")}`);
  await expect(admin.getByRole("alert")).toContainText("AGGREGATE_NOT_FOUND");
});

test("the configuration is filtered, and its secrets are masked", async ({ admin }) => {
  const { processes } = await ask<Known>(admin, "/overview");
  const command = processes.find(({ role, presence }) => role === "command" && presence === "up");
  await open(admin, `#/configuration?process=${command?.id}`);
  await admin.getByLabel("Filter settings").fill("journal.dsn");
  const row = admin.getByRole("row", { name: /journal\.dsn\b/ }).first();
  await expect(row).toBeVisible();
  await expect(row).not.toContainText("password=");
  await expect(row).toContainText("environment");
});

test("the log of a process is followed, filtered, held, and goes on", async ({ admin, shop }) => {
  const { processes } = await ask<Known>(admin, "/overview");
  const command = processes.find(({ role, presence }) => role === "command" && presence === "up");
  await open(admin, `#/logs?process=${command?.id}`);
  await expect(admin.locator(".filters [data-state=live]")).toBeVisible();
  await expect(admin.locator(".log-line").first()).toBeVisible();
  await admin.getByLabel("Only lines that contain").fill("certainly in no line");
  await expect(admin.locator(".log-line")).toHaveCount(0);
  await admin.getByLabel("Only lines that contain").fill("");
  await admin.getByRole("button", { name: "Hold" }).click();
  await expect(admin.locator(".filters [data-state=paused]")).toBeVisible();
  await shop.addItem(freshName("log"));
  await admin.getByRole("button", { name: "Go on" }).click();
  await expect(admin.locator(".filters [data-state=live]")).toBeVisible();
});

test("a node shows what its process uses, and leads to its tree and its log", async ({ admin }) => {
  await open(admin, "#/nodes");
  await admin.getByRole("link", { name: "command", exact: true }).first().click();
  await expect(admin.locator(".facts")).toContainText("Memory");
  await admin.getByRole("region", { name: "Process" }).getByRole("link", { name: "Tree" }).click();
  await expect(admin.getByRole("treegrid")).toBeVisible();
});

test("the theme is chosen and remembered", async ({ admin }) => {
  await open(admin, "#/");
  const theme = () => admin.evaluate(() => document.documentElement.dataset["theme"]);
  const before = await theme();
  await admin.keyboard.press("t");
  await admin.keyboard.press("t");
  const chosen = await theme();
  await admin.reload();
  await expect(admin.locator("h1#title")).not.toBeEmpty();
  expect(await theme()).toBe(chosen);
  expect(["light", "dark"]).toContain(before);
});

test("the page works below a base path, with nothing from another host", async ({ admin }) => {
  const hosts = new Set<string>();
  admin.on("request", (request) => hosts.add(new URL(request.url()).host));
  await admin.goto("./");
  await expect(admin.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
  expect([...hosts]).toEqual([new URL(admin.url()).host]);
});

test("the front end arrives compressed, and what the browser has is not sent again", async ({ admin }) => {
  const script = admin.waitForResponse((response) => /\/assets\/index-[^/]+\.js$/.test(response.url()));
  await admin.goto("./");
  const headers = (await script).headers();
  expect(headers["content-encoding"]).toBe("gzip");
  expect(headers["vary"]).toBe("Accept-Encoding");
  expect(headers["cache-control"]).toContain("immutable");
  const page = await admin.request.get("./");
  const again = await admin.request.get("./", { headers: { "if-none-match": page.headers()["etag"] ?? "" } });
  expect(again.status()).toBe(304);
});
