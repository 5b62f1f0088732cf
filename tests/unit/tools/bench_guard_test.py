"""The guard of the hot functions reads callgrind's table, and bites at twice the baseline."""
import json
import pathlib
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools"))
import bench_guard

ANNOTATED = """
Ir
--------------------------------------------------------------------------------
81,234,567 (100.0%)  PROGRAM TOTALS
--------------------------------------------------------------------------------
 1,234,567 ( 1.52%)  bench/micro/hot_functions.cpp:measured_token [/src/build/keel-hot-functions]
   800,000 ( 0.98%)  ???:keel::encode[abi:cxx11](keel::Token const&) [/src/build/keel-hot-functions]
23,000,000 (28.30%)  bench/micro/hot_functions.cpp:measured_read_request [/src/build/keel-hot-functions]
"""


class TheCounts(unittest.TestCase):
    def test_are_those_of_the_measured_functions_only(self):
        self.assertEqual({"token": 1234567, "read_request": 23000000}, bench_guard.counted(ANNOTATED))

    def test_nothing_is_counted_in_nothing(self):
        self.assertEqual({}, bench_guard.counted(""))


class TheVerdict(unittest.TestCase):
    def test_is_bad_beyond_twice_the_baseline_and_not_before(self):
        self.assertFalse(bench_guard.verdict(200, 100)[0])
        self.assertTrue(bench_guard.verdict(201, 100)[0])

    def test_praises_less_than_half_and_lets_it_pass(self):
        bad, words = bench_guard.verdict(49, 100)
        self.assertFalse(bad)
        self.assertIn("--write", words)

    def test_is_bad_for_a_function_that_only_one_side_knows(self):
        self.assertTrue(bench_guard.verdict(None, 100)[0])
        self.assertTrue(bench_guard.verdict(100, None)[0])


class TheBaseline(unittest.TestCase):
    def test_names_every_hot_function(self):
        baseline = json.loads(bench_guard.BASELINE.read_text())
        source = (ROOT / "bench/micro/measured.cpp").read_text()
        self.assertEqual([], [name for name in baseline if f"measured_{name}(" not in source])
        self.assertGreaterEqual(len(baseline), 7)


if __name__ == "__main__":
    unittest.main()
