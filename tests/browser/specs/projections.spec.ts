import type { Page } from "@playwright/test";
import { freshName } from "../support/shop";
import { answer, ask, open } from "../support/steps";
import { expect, test } from "../support/test";

interface Projection {
  lag_events: string;
  paused: boolean;
  live_generation: number;
}

// The one that folds the events which the shop makes.
const projection = "carts";

const known = (page: Page): Promise<Projection> => ask<Projection>(page, `/projections/${projection}`);
const lagOf = async (page: Page): Promise<number> => Number((await known(page)).lag_events);

test("a projection is paused, falls behind, and catches up when it goes on", async ({ admin, shop }) => {
  await open(admin, `#/projections/${projection}`);
  await admin.getByRole("button", { name: "Pause…" }).click();
  await answer(admin, "Pause", "to see it fall behind");
  await expect(admin.locator(".page-title [data-state=paused]")).toBeVisible();

  // The projectors hear of the pause within a second, so the first of these may still be folded.
  const fallBehind = async () => {
    await shop.addItems([freshName("lag"), freshName("lag")]);
    return lagOf(admin);
  };
  await expect.poll(fallBehind, { timeout: 20_000 }).toBeGreaterThanOrEqual(20);
  const facts = admin.getByRole("region", { name: "Now" }).locator(".facts");
  await expect.poll(async () => (await facts.textContent())?.startsWith(`Lag${await lagOf(admin)} events`)).toBe(true);

  await admin.getByRole("button", { name: "Unpause…" }).click();
  await answer(admin, "Go on", "seen");
  await expect.poll(() => lagOf(admin)).toBe(0);
  await expect(admin.locator(".page-title [data-state=caught_up]")).toBeVisible();
  await expect(admin.getByRole("region", { name: `Audit of ${projection}` })).toContainText("to see it fall behind");
});

test("a projection is rebuilt beside itself, verified, promoted, and rolled back", async ({ admin }) => {
  test.setTimeout(180_000);
  const before = (await known(admin)).live_generation;
  await open(admin, `#/projections/${projection}`);
  await admin.getByRole("button", { name: "Rebuild…" }).click();
  const dialog = admin.getByRole("dialog");
  await expect(dialog.getByText("Events to apply")).toBeVisible();

  await dialog.getByLabel(/^Reason/).fill("browser test");
  // A button that says why it cannot be pressed yet is not disabled for those who cannot see it.
  await dialog.getByRole("button", { name: "Rebuild", exact: true }).click({ force: true });
  await expect(dialog.getByText("The typed words do not match yet.")).toBeVisible();
  await answer(admin, "Rebuild", "browser test", projection);
  await expect(admin.getByRole("heading", { level: 1 })).toContainText(`rebuild of ${projection}`);
  await expect(admin.locator(".page-title [data-state=done]")).toBeVisible({ timeout: 90_000 });

  await open(admin, `#/projections/${projection}`);
  const candidate = admin.locator(".generations li").filter({ has: admin.locator("[data-state=candidate]") }).last();
  await candidate.getByRole("button", { name: "Verify…" }).click();
  await answer(admin, "Verify", "before it is promoted");
  await expect(admin.locator(".page-title [data-state=equal]")).toBeVisible({ timeout: 60_000 });

  await open(admin, `#/projections/${projection}`);
  await candidate.getByRole("button", { name: "Promote…" }).click();
  await answer(admin, "Promote", "it was verified", projection);
  await expect.poll(async () => (await known(admin)).live_generation).toBeGreaterThan(before);

  await admin.getByRole("button", { name: "Roll back…" }).click();
  await answer(admin, "Roll back", "back again", projection);
  await expect.poll(async () => (await known(admin)).live_generation).toBe(before);
});
