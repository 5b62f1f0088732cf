"""Counts the instructions of the hot functions and compares them with the baseline: bench_guard.py PROGRAM [--write]

PROGRAM is keel-hot-functions (bench/micro), run once under callgrind. Instruction counts hardly depend on the machine or
on what else runs, so a bound of 2x is a statement about the code. Exits with 1 when a function needs more than twice its
baseline, or has none. A count below half is told, so that the baseline can be lowered: `--write` stores the counts.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

BASELINE = pathlib.Path(__file__).resolve().parent.parent / "bench/micro/baseline.json"
BOUND = 2.0
# "1,234,567 (12.3%)  file.cpp:measured_token [/path/program]"
LINE = re.compile(r"^\s*([\d,]+)\s.*[:/]measured_(\w+)")


def counted(annotated):
    """Instructions by function, from callgrind_annotate's inclusive lines."""
    counts = {}
    for line in annotated.splitlines():
        match = LINE.match(line)
        if match:
            name = match.group(2)
            counts[name] = max(counts.get(name, 0), int(match.group(1).replace(",", "")))
    return counts


def count(program):
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder, "callgrind.out")
        subprocess.run(
            ["valgrind", "--tool=callgrind", "--toggle-collect=measured_*", f"--callgrind-out-file={out}", program],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        annotated = subprocess.run(["callgrind_annotate", "--inclusive=yes", "--threshold=100", "--auto=no", out],
                                   check=True, capture_output=True, text=True)
    return counted(annotated.stdout)


def verdict(now, before):
    """(whether it is bad, in words) of one function's count and its baseline; None = there is none."""
    if now is None:
        return True, "gone: nothing was counted"
    if before is None:
        return True, "new: not in the baseline; --write stores it"
    words = f"{now / before:.2f} times the baseline"
    if now > BOUND * before:
        return True, f"too many: {words}"
    if now * BOUND < before:
        return False, f"fewer: {words}; --write stores it"
    return False, f"ok: {words}"


def main(arguments):
    if not arguments or arguments[1:] not in ([], ["--write"]):
        print(__doc__)
        return 2
    counts = count(arguments[0])
    if not counts:
        print("bench guard: callgrind counted nothing", file=sys.stderr)
        return 1
    if arguments[1:] == ["--write"]:
        BASELINE.write_text(json.dumps(counts, indent=2, sort_keys=True) + "\n")
    if not BASELINE.exists():
        print(f"bench guard: there is no {BASELINE}; --write makes it", file=sys.stderr)
        return 1
    baseline = json.loads(BASELINE.read_text())
    status = 0
    for name in sorted(counts.keys() | baseline.keys()):
        bad, words = verdict(counts.get(name), baseline.get(name))
        print(f"{name:20} {counts.get(name, 0):14,}  {words}")
        status = status or int(bad)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
