import { withSpoiledEvents } from "../support/journal";
import { freshName } from "../support/shop";
import { answer, ask, happenings, open, openAggregate } from "../support/steps";
import { expect, test } from "../support/test";

interface Event {
  at: string;
  path: string;
  happening: string;
  process: string;
  delay_ms?: number;
}

test("an aggregate crashed through the dashboard is seen to crash, back off and restart within two seconds", async ({ admin, shop }) => {
  const cart = freshName("crash");
  await shop.addItem(cart);
  const watching = await admin.context().newPage();
  await open(watching, "#/tree");
  await expect(watching.getByRole("treegrid")).toBeVisible();
  await expect(watching.locator("[data-connection=live]")).toBeVisible();

  await openAggregate(admin, "Cart", cart);
  await admin.getByRole("button", { name: "Crash…" }).click();
  await answer(admin, "Crash", "to see what its supervisor does");
  const asked = Date.now();

  const seen = happenings(watching, cart);
  for (const happening of ["crashed", "backing_off", "restarted"])
    await expect(seen.and(watching.locator(`[data-happening=${happening}]`)).first()).toBeVisible({ timeout: Math.max(1, 2000 - (Date.now() - asked)) });
  expect(Date.now() - asked).toBeLessThan(2000);

  await expect(seen.and(watching.locator("[data-happening=backing_off]")).first()).toContainText(/backing off\s+\d+\s+ms/);

  const stored = async () => {
    const { events } = await ask<{ events: Event[] }>(admin, "/history?limit=200");
    return events.filter(({ path }) => path.endsWith(cart)).reverse();
  };
  await expect.poll(async () => (await stored()).map(({ happening }) => happening)).toEqual(["crashed", "backing_off", "restarted"]);
  expect((await stored())[1]?.delay_ms).toBeGreaterThan(0);
});

test("its cause is opened from what happened, and leads to its events", async ({ admin, shop }) => {
  const cart = freshName("cause");
  await shop.addItem(cart);
  await openAggregate(admin, "Cart", cart);
  await admin.getByRole("button", { name: "Crash…" }).click();
  await answer(admin, "Crash", "to open its cause");

  await open(admin, "#/tree");
  await happenings(admin, cart).first().getByRole("link", { name: new RegExp(cart) }).click();
  await expect(admin.getByText("Last cause:")).toBeVisible();
  for (const happening of ["crashed", "backing_off"])
    await expect(admin.locator(`.history li[data-happening=${happening}]`).first()).toBeVisible();
  await admin.getByRole("link", { name: "Its events" }).click();
  await expect(admin.getByRole("heading", { level: 1, name: cart })).toBeVisible();
  await expect(admin.getByRole("list", { name: /^Events/ }).getByRole("listitem")).toHaveCount(await eventsOf(admin, cart));
});

test("a cart whose event cannot be read is quarantined, its page leads to that event, and mended it is let go", async ({ admin, shop }) => {
  const cart = freshName("spoiled");
  const added = () => shop.addItem(cart).then(() => "accepted", () => "refused");
  await added();
  await withSpoiledEvents(cart, async () => {
    await openAggregate(admin, "Cart", cart);
    await admin.getByRole("button", { name: "Stop…" }).click();
    await answer(admin, "Stop", "to have it loaded anew");
    await expect.poll(added).toBe("refused");

    await open(admin, "#/tree?unhealthy=yes");
    await happenings(admin, cart).and(admin.locator("[data-happening=quarantined]")).first().getByRole("link", { name: new RegExp(cart) }).click();
    const cause = admin.locator(".notice").filter({ hasText: "Last cause:" });
    await expect(cause).toContainText("keel.cart.v1.ItemAdded");
    await cause.getByRole("link", { name: "version 1" }).click();
    await expect(admin.getByRole("region", { name: "Version 1" })).toContainText("do not decode");
  });

  await admin.getByRole("button", { name: "Lift quarantine…" }).click();
  await answer(admin, "Lift quarantine", "its event is mended");
  await expect.poll(added).toBe("accepted");
});

test("how busy an aggregate is stands on its page", async ({ admin, shop }) => {
  const cart = freshName("busy");
  for (let i = 0; i < 3; ++i) await shop.addItem(cart);
  await openAggregate(admin, "Cart", cart);
  await admin.getByRole("link", { name: "History and cause" }).click();
  const fact = (name: string) => admin.locator("dl div").filter({ hasText: name });
  await expect(fact("Commands")).toContainText(/3\s+\S+\/s/);
  await expect(fact("In flight")).toContainText(/0 waiting in its mailbox 0/);
});

async function eventsOf(page: Parameters<typeof ask>[0], cart: string): Promise<number> {
  const { events } = await ask<{ events: unknown[] }>(page, `/aggregates/cart/Cart/${cart}`);
  return events.length;
}

test("the tree is scrubbed back to before the crash, and says that it is past", async ({ admin, shop }) => {
  const cart = freshName("scrub");
  await shop.addItem(cart);
  await openAggregate(admin, "Cart", cart);
  await admin.getByRole("button", { name: "Crash…" }).click();
  await answer(admin, "Crash", "to scrub back");

  await open(admin, "#/tree");
  const crashed = happenings(admin, cart).and(admin.locator("[data-happening=crashed]")).first();
  await crashed.getByRole("link", { name: /^Tree just before/ }).click();
  await expect(admin.locator(".past")).toContainText("Past.");
  await expect(admin.getByRole("treegrid").getByRole("row").nth(1)).toBeVisible();
  await expect(happenings(admin, cart)).toHaveCount(0);

  await admin.getByRole("button", { name: "Event after" }).click();
  await expect(happenings(admin, cart).first()).toBeVisible();
  await admin.getByRole("button", { name: "Back to now" }).click();
  await expect(admin.locator(".past")).toHaveCount(0);
});
