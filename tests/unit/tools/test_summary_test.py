"""How a test run is counted."""
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "tools"))
import test_summary


class Summary(unittest.TestCase):
    def summary(self, programs, reports):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            cases = "".join(f'<testcase name="{program}" status="{status}"/>' for program, status in programs.items())
            (folder / "ctest.junit").write_text(f"<testsuite>{cases}</testsuite>")
            for program, body in reports.items():
                (folder / f"{program}.xml").write_text(f"<testsuites><testsuite>{body}</testsuite></testsuites>")
            return test_summary.summary_of(folder)

    def test_counts_the_cases_of_each_program(self):
        body = '<testcase name="a" status="run"/><testcase name="b" status="run"/><testcase name="c" status="notrun"/>'
        self.assertEqual((2, [], 1), self.summary({"cart_test": "run"}, {"cart_test": body}))

    def test_names_a_failed_case(self):
        body = '<testcase name="A" classname="Cart" status="run"><failure/></testcase>'
        self.assertEqual((0, ["cart_test: Cart.A"], 0), self.summary({"cart_test": "fail"}, {"cart_test": body}))

    def test_a_program_that_crashed_is_a_failure(self):
        passed, failed, _ = self.summary({"cart_test": "fail"}, {})
        self.assertEqual((0, 1), (passed, len(failed)))

    def test_a_program_that_failed_after_its_cases_passed_is_a_failure(self):
        passed, failed, _ = self.summary({"cart_test": "fail"}, {"cart_test": '<testcase name="a" status="run"/>'})
        self.assertEqual((1, 1), (passed, len(failed)))

    def test_a_script_without_a_report_is_one_pass(self):
        self.assertEqual((1, [], 0), self.summary({"include_arrows_test": "run"}, {}))


if __name__ == "__main__":
    unittest.main()
