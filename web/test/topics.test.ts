import { expect, test } from "vitest";
import type { HistoryEvent } from "../src/api/types";
import { merged, nothing_known, taken } from "../src/state/topics";

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
