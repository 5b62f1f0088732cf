import { expect, test } from "vitest";
import { perSecond } from "../src/state/rate";

test("a counter's growth is told for one second", () => {
  expect(perSecond({ count: 10, at: 1_000 }, { count: 40, at: 3_000 })).toBe(15);
  expect(perSecond({ count: 10, at: 1_000 }, { count: 10, at: 3_000 })).toBe(0);
});

test("one reading says nothing, nor does a counter that began anew", () => {
  expect(perSecond(undefined, { count: 10, at: 1_000 })).toBeUndefined();
  expect(perSecond({ count: 10, at: 1_000 }, { count: 3, at: 2_000 })).toBeUndefined();
  expect(perSecond({ count: 10, at: 1_000 }, { count: 12, at: 1_000 })).toBeUndefined();
});
