"""Counts what a test run did: test_summary.py REPORTS

REPORTS holds ctest.junit and the GoogleTest reports (*.xml) of the programs that ctest ran. A program that failed
without a failed case of its own (it crashed, hung, or is no GoogleTest) counts as one failure; a passed program without
cases as one pass. Prints the failed ones by name, then `N passed, N failed[, N skipped]`. Exit code 1 on a failure.
"""
import pathlib
import sys
import xml.etree.ElementTree as xml


def cases_of(report):
    """(passed, failed names, skipped) of one GoogleTest report."""
    passed, failed, skipped = 0, [], 0
    for case in xml.parse(report).getroot().iter("testcase"):
        if case.find("failure") is not None:
            failed.append(f"{case.get('classname')}.{case.get('name')}")
        elif case.find("skipped") is not None or case.get("status") == "notrun":
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped


def summary_of(directory):
    passed, failed, skipped = 0, [], 0
    for program in xml.parse(directory / "ctest.junit").getroot().iter("testcase"):
        name, fine = program.get("name"), program.get("status") == "run"
        report = directory / f"{name}.xml"
        ran, broken, left_out = cases_of(report) if report.exists() else (int(fine), [], 0)
        passed += ran
        skipped += left_out
        failed += [f"{name}: {case}" for case in broken]
        if not fine and not broken:
            failed.append(f"{name} (no case failed: it crashed, hung, or is no GoogleTest)")
    return passed, failed, skipped


def main():
    passed, failed, skipped = summary_of(pathlib.Path(sys.argv[1]))
    for name in failed:
        print(f"FAILED {name}")
    print(f"{passed} passed, {len(failed)} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
