import type { Page } from "@playwright/test";
import { freshName } from "../support/shop";
import { open } from "../support/steps";
import { expect, test } from "../support/test";

const focusedRow = (page: Page) => page.locator("[role=treegrid] tr:focus");

test("two keys lead to every screen, and its title gets the focus", async ({ admin }) => {
  await open(admin, "#/");
  for (const [key, title] of Object.entries({
    t: "Supervision tree",
    n: "Nodes",
    l: "Logs",
    c: "Configuration",
    a: "Aggregates",
    p: "Projections",
    k: "Parked aggregates",
    r: "Operations",
    u: "Audit",
    h: "About and help",
    o: "Overview",
  })) {
    await admin.keyboard.press("g");
    await admin.keyboard.press(key);
    await expect(admin.getByRole("heading", { level: 1, name: title })).toBeFocused();
  }
});

test("the tree is walked, opened and closed with the keys of a tree grid", async ({ admin }) => {
  await open(admin, "#/tree");
  const rows = admin.locator("[role=treegrid] tbody tr");
  await expect(rows.nth(2)).toBeVisible();
  await rows.first().focus();
  await admin.keyboard.press("Home");
  await expect(focusedRow(admin)).toHaveAttribute("aria-level", "1");

  await admin.keyboard.press("ArrowLeft");
  await expect(focusedRow(admin)).toHaveAttribute("aria-expanded", "false");
  await admin.keyboard.press("ArrowRight");
  await expect(focusedRow(admin)).toHaveAttribute("aria-expanded", "true");
  await expect(admin.locator("[role=treegrid] tr[aria-level='2']").first()).toBeVisible();
  await admin.keyboard.press("ArrowRight");
  await expect(focusedRow(admin)).toHaveAttribute("aria-level", "2");
  await admin.keyboard.press("ArrowLeft");
  await admin.keyboard.press("ArrowLeft");
  await expect(focusedRow(admin)).toHaveAttribute("aria-level", "1");
  await admin.keyboard.press("End");
  await expect(rows.last()).toBeFocused();
  await admin.keyboard.press("Home");
  await admin.keyboard.press("Enter");
  await expect(admin).toHaveURL(/#\/nodes\//);
});

test("an action is asked for, given up and done without a mouse", async ({ admin, shop }) => {
  const cart = freshName("keys");
  await shop.addItem(cart);
  await open(admin, `#/aggregates/cart/Cart/${cart}`);
  const restart = admin.getByRole("button", { name: "Restart…" });
  await restart.focus();
  await admin.keyboard.press("Enter");
  await expect(admin.getByRole("dialog")).toBeVisible();
  await admin.keyboard.press("Escape");
  await expect(admin.getByRole("dialog")).toHaveCount(0);
  await expect(restart).toBeFocused();

  await admin.keyboard.press("Enter");
  await admin.getByRole("dialog").getByLabel(/^Reason/).focus();
  await admin.keyboard.type("by keyboard");
  await admin.keyboard.press("Tab");
  await admin.keyboard.press("Tab");
  await admin.keyboard.press("Enter");
  await expect(admin.getByRole("dialog")).toHaveCount(0);
});

test("the palette finds a screen, a projection and an aggregate", async ({ admin }) => {
  await open(admin, "#/");
  for (const [text, place] of [
    ["parked", /#\/parked$/],
    ["carts", /#\/projections\/carts$/],
    ["Cart 42", /#\/aggregates\/cart\/Cart\/42$/],
  ] as const) {
    await admin.keyboard.press("Control+k");
    await admin.getByRole("combobox", { name: "Go to, find, or do" }).fill(text);
    await admin.keyboard.press("Enter");
    await expect(admin).toHaveURL(place);
  }
});

test("the first Tab skips to the content, and single keys do nothing while one types or when they are off", async ({ admin }) => {
  await open(admin, "#/configuration");
  await admin.reload();
  await expect(admin.getByRole("heading", { level: 1, name: "Configuration" })).toBeVisible();
  await admin.keyboard.press("Tab");
  await expect(admin.getByRole("link", { name: "Skip to content" })).toBeFocused();
  await admin.keyboard.press("Enter");
  await expect(admin.locator("h1#title")).toBeFocused();

  await admin.keyboard.press("/");
  await expect(admin.getByLabel("Filter settings")).toBeFocused();
  await admin.keyboard.type("rt?");
  await expect(admin.getByLabel("Filter settings")).toHaveValue("rt?");

  await open(admin, "#/about");
  await admin.getByLabel("Keys without Ctrl do something").uncheck();
  await admin.locator("h1#title").focus();
  await admin.keyboard.press("?");
  await expect(admin.getByRole("dialog")).toHaveCount(0);
});

test("updates are paused by a key, and the screen says so", async ({ admin }) => {
  await open(admin, "#/");
  await expect(admin.locator("[data-connection=live]")).toBeVisible();
  await admin.keyboard.press("r");
  await expect(admin.locator("[data-connection=paused]")).toBeVisible();
  await admin.keyboard.press("r");
  await expect(admin.locator("[data-connection=live]")).toBeVisible();
});
