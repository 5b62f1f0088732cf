import { expect, test } from "vitest";
import { bytes, exact, percent, rate, short } from "../src/format/numbers";

const plain = (text: string): string => text.replaceAll("\u202f", " ");

test("a number beyond 2^53 keeps every digit", () => {
  expect(plain(exact("9223372036854775807"))).toBe("9 223 372 036 854 775 807");
  expect(plain(exact("-1234"))).toBe("\u22121 234");
});

test("a short number has no separator, and what is no number stays as it came", () => {
  expect(exact("999")).toBe("999");
  expect(exact("n/a")).toBe("n/a");
});

test("rates keep three digits", () => {
  expect(rate(0.421)).toBe("0.42");
  expect(rate(41.26)).toBe("41.3");
  expect(plain(rate(45321.4))).toBe("45 321");
  expect(rate(undefined)).toBe("–");
});

test("what is not done yet is never a hundred percent", () => {
  expect(plain(percent(0.99999))).toBe("99.9 %");
  expect(plain(percent(1))).toBe("100 %");
  expect(plain(percent(0))).toBe("0 %");
});

test("axes are short", () => {
  expect(short(45321)).toBe("45k");
  expect(short(1500)).toBe("1.5k");
  expect(short(2_000_000)).toBe("2M");
});

test("bytes have binary units", () => {
  expect(plain(bytes(148_000_000))).toBe("141 MiB");
  expect(plain(bytes(12))).toBe("12 B");
});
