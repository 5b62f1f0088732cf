import { expect, test } from "vitest";
import type { HistoryEvent } from "../src/api/types";
import { merged, nothing_known, taken, withNews } from "../src/state/topics";

const event = (sequence: number, process = "p"): HistoryEvent => ({
  process,
  sequence: String(sequence),
  at: "2026-01-31T12:00:00.000000Z",
  node_id: "7",
  kind: "worker",
  path: "root/worker",
  happening: "crashed",
});

test("a topic is replaced as a whole, and others stay", () => {
  const first = taken(nothing_known, { topic: "overview", data: 1 });
  const second = taken(first, { topic: "projections", data: 2 });
  expect(taken(second, { topic: "overview", data: 3 }).data).toEqual({ overview: 3, projections: 2 });
});

test("supervision events are collected, each once, also after the stream came again", () => {
  const first = taken(nothing_known, { topic: "tree", data: [event(1), event(2)] });
  const again = taken(first, { topic: "tree", data: [event(2), event(3), event(2, "q")] });
  expect(again.events.map(({ process, sequence }) => process + sequence)).toEqual(["p1", "p2", "p3", "q2"]);
});

test("only the latest thousand are kept", () => {
  const many = Array.from({ length: 1500 }, (_, index) => event(index + 1));
  const kept = merged([], many);
  expect(kept).toHaveLength(1000);
  expect(kept[0]?.sequence).toBe("501");
});

test("what was just told stands above what is stored, each once, newest first", () => {
  const at = (sequence: number, second: number): HistoryEvent => ({ ...event(sequence), at: `2026-01-31T12:00:0${second}.000000Z` });
  const shown = withNews([at(2, 2), at(1, 1)], [at(2, 2), at(4, 4), at(3, 3)], 3);
  expect(shown.map(({ sequence }) => sequence)).toEqual(["4", "3", "2"]);
});

test("of things that were told of the same moment the later one stands above", () => {
  expect(withNews([event(1)], [event(2), event(3)], 9).map(({ sequence }) => sequence)).toEqual(["3", "2", "1"]);
});
