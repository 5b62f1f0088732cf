import { freshName } from "../support/shop";
import { ask, open, openAggregate } from "../support/steps";
import { expect, test } from "../support/test";

interface Session {
  csrf: string;
  role: string;
}

test("a viewer sees why an action is not for a viewer, and nothing opens", async ({ viewer, shop }) => {
  const cart = freshName("viewer");
  await shop.addItem(cart);
  await openAggregate(viewer, "Cart", cart);
  const crash = viewer.getByRole("button", { name: "Crash…" });
  await expect(crash).toHaveAttribute("aria-disabled", "true");
  await expect(viewer.getByText("Needs the role admin; you are viewer.").first()).toBeVisible();
  await crash.click({ force: true });
  await expect(viewer.getByRole("dialog")).toHaveCount(0);
});

test("a viewer who asks the API itself is refused", async ({ viewer }) => {
  const { csrf } = await ask<Session>(viewer, "/session");
  const refused = await viewer.request.post("./api/v1/projections/carts/pause", {
    headers: { "x-keel-csrf": csrf, "content-type": "application/json" },
    data: { reason: "I may not" },
  });
  expect(refused.status()).toBe(403);
  expect(((await refused.json()) as { error: { reason: string } }).error.reason).toBe("ROLE_TOO_LOW");

  await open(viewer, "#/audit");
  const line = viewer.getByRole("row").filter({ hasText: "viewer@" }).filter({ hasText: "I may not" }).first();
  await expect(line).toContainText("refused: ROLE_TOO_LOW");
});

test("an action without the session's token against forgery is refused", async ({ admin }) => {
  const refused = await admin.request.post("./api/v1/projections/carts/pause", {
    headers: { "content-type": "application/json" },
    data: { reason: "forged" },
  });
  expect(refused.status()).toBe(403);
});

test("a wrong token is refused in words, and the right one opens the dashboard", async ({ browser }) => {
  const page = await browser.newPage();
  await page.goto("./");
  await page.getByLabel("Token").fill("certainly-not-the-token");
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page.getByRole("alert")).not.toBeEmpty();
  await expect(page.getByLabel("Token")).toBeFocused();
  await page.close();
});

test("an admin who logs out has to log in again", async ({ browser }) => {
  const { system } = await import("../support/system");
  const page = await browser.newPage();
  await page.goto("./");
  await page.getByLabel("Token").fill(system.admin_token);
  await page.getByLabel("Token").press("Enter");
  await open(page, "#/nodes");
  await page.getByRole("button", { name: "Log out" }).click();
  await expect(page.getByRole("heading", { name: "Log in to Keel" })).toBeVisible();
  await page.close();
});
