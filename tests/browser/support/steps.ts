import type { APIResponse, Locator, Page } from "@playwright/test";
import { expect } from "./test";

/** Opens a place of the dashboard by its hash, and waits for its title. */
export async function open(page: Page, hash: string): Promise<void> {
  await page.goto(`./${hash}`);
  const place = decodeURIComponent(hash.replace(/^#\//, "").replace(/\?.*$/, ""));
  await expect(page.locator("main")).toHaveAttribute("data-place", place);
  await expect(page.locator("h1#title")).not.toBeEmpty();
  await expect(page.locator(".skeleton")).toHaveCount(0);
}

/** Answers the dialog that asks for a reason, and for a name when it is a serious one. */
export async function answer(page: Page, verb: string, reason: string, name?: string): Promise<void> {
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(/^Reason/).fill(reason);
  if (name !== undefined) await dialog.locator("input[name=confirm]").fill(name);
  await dialog.getByRole("button", { name: verb, exact: true }).click();
  await expect(dialog).toHaveCount(0);
}

export const happenings = (page: Page, path: string): Locator => page.locator(".history li").filter({ hasText: path });

export async function openAggregate(page: Page, type: string, id: string): Promise<void> {
  await open(page, "#/aggregates");
  const select = page.getByLabel("Type");
  const label = await select.locator("option").filter({ hasText: type }).first().textContent();
  await select.selectOption({ label: label ?? type });
  await page.getByLabel("Id", { exact: true }).fill(id);
  await page.getByRole("button", { name: "Open" }).click();
  await expect(page.getByRole("heading", { level: 1, name: id })).toBeVisible();
}

export async function ask<T>(page: Page, path: string): Promise<T> {
  const response: APIResponse = await page.request.get(`./api/v1${path}`);
  expect(response.ok(), `GET ${path} answered ${response.status()}`).toBe(true);
  return (await response.json()) as T;
}
