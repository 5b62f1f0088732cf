/** Text that others chose: ids, payloads, reasons, causes. It is only ever shown as text, and shows what it hides. */

/** Characters that change how their neighbours are shown: direction marks, zero-width ones, line separators. */
const invisible = /[\u00ad\u061c\u180e\u200b-\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;
// eslint-disable-next-line no-control-regex
const controls = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

const named = (character: string): string => `⟨U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`;
const pictured = (character: string): string =>
  character === "\u007f" ? "\u2421" : String.fromCharCode(0x2400 + character.charCodeAt(0));

/** Control characters as their pictures, marks of direction by their number; tabs and new lines stay. */
export const visible = (text: string): string => text.replace(controls, pictured).replace(invisible, named);

const half_pairs = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** One part of a path, whatever it is: half of a pair, which no address can hold, becomes the replacement character. */
export const pathPart = (text: string): string => encodeURIComponent(text.replace(half_pairs, "\ufffd"));

/** At most `length` characters, never half of a pair. */
export function clip(text: string, length: number): string {
  if (text.length <= length) return text;
  const end = /[\ud800-\udbff]/.test(text.charAt(length - 1)) ? length - 1 : length;
  return text.slice(0, end);
}

/** `backing_off` → `backing off`. */
export const words = (name: string): string => name.replaceAll("_", " ").toLowerCase();
