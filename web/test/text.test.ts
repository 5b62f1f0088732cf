import { expect, test } from "vitest";
import { clip, pathPart, visible } from "../src/format/text";

test("marks that turn the direction of text are shown by their number", () => {
  expect(visible("\u202egnp.exe")).toBe("⟨U+202E⟩gnp.exe");
});

test("control characters are shown as pictures, lines and tabs stay", () => {
  expect(visible("a\u0000b\u001b[31m\n\tc\u007f")).toBe("a␀b␛[31m\n\tc␡");
});

test("a pair is never cut in half", () => {
  expect(clip("ab😀", 3)).toBe("ab");
  expect(clip("ab😀", 4)).toBe("ab😀");
});

test("half of a pair does not break an address", () => {
  expect(pathPart("a\ud800/b")).toBe("a%EF%BF%BD%2Fb");
  expect(decodeURIComponent(pathPart("😀?#%"))).toBe("😀?#%");
});
