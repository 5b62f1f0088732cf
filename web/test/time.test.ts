import { expect, test } from "vitest";
import { ago, duration } from "../src/format/time";

const plain = (text: string): string => text.replaceAll("\u202f", " ");

test("durations have two units at most", () => {
  expect(plain(duration(0.046))).toBe("46 ms");
  expect(plain(duration(9.54))).toBe("9.5 s");
  expect(plain(duration(252))).toBe("4 min 12 s");
  expect(plain(duration(3600))).toBe("1 h");
  expect(plain(duration(93784))).toBe("1 d 2 h");
  expect(duration(undefined)).toBe("–");
});

test("ages are coarse, and the clocks of two machines may differ by a second", () => {
  expect(ago(1000, 1400)).toBe("just now");
  expect(ago(2000, 1400)).toBe("just now");
  expect(plain(ago(0, 3000))).toBe("3 s ago");
  expect(plain(ago(0, 7_200_000))).toBe("2 h ago");
  expect(plain(ago(200_000, 0))).toBe("in 3 min");
});
