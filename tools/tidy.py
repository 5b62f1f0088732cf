"""Runs clang-tidy 14 on our sources: tidy.py BUILD_DIR [--changed]

A result is remembered in BUILD_DIR/tidy until something it rests on changes: the file, any of our headers that it
includes, its compile command or .clang-tidy. --changed looks only at files that differ from origin/main.
"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
ROOMS = ("src", "demo", "bench")
INCLUDE = re.compile(r'^\s*#include\s+"([^"]+)"', re.M)


def commands_of(build):
    """Our files, with how each is compiled."""
    database = json.loads((build / "compile_commands.json").read_text())
    for entry in database:
        file = pathlib.Path(entry["file"]).resolve()
        if file.is_relative_to(ROOT) and file.relative_to(ROOT).parts[0] in ROOMS:
            yield file, entry["command"]


def rests_on(file, seen):
    """The file and every header of ours below it."""
    if file in seen or not file.exists():
        return
    seen.add(file)
    for name in INCLUDE.findall(file.read_text()):
        for folder in (file.parent, ROOT / "src", ROOT):
            rests_on((folder / name).resolve(), seen)


def key_of(file, command):
    seen = set()
    rests_on(file, seen)
    digest = hashlib.sha256(command.encode() + (ROOT / ".clang-tidy").read_bytes())
    for path in sorted(seen):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def changed_files():
    names = subprocess.run(["git", "diff", "--name-only", "origin/main"], cwd=ROOT, capture_output=True, text=True, check=True)
    return {ROOT / name for name in names.stdout.splitlines()}


def check(build, file, command):
    """None when the file is clean (then that is remembered), else what clang-tidy says."""
    stamp = build / "tidy" / key_of(file, command)
    if stamp.exists():
        return None
    run = subprocess.run(["clang-tidy-14", "--quiet", "-p", build, file], capture_output=True, text=True, check=False)
    if run.returncode == 0 and "warning:" not in run.stdout:
        stamp.touch()
        return None
    return run.stdout + ("" if run.stdout else run.stderr)


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    (build / "tidy").mkdir(exist_ok=True)
    commands = dict(commands_of(build))
    if "--changed" in sys.argv:
        headers = changed_files()
        commands = {file: command for file, command in commands.items() if touches(file, headers)}
    complaints = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for answer in pool.map(lambda item: check(build, *item), commands.items()):
            if answer:
                complaints += 1
                print(answer, end="", flush=True)
    print(f"clang-tidy: {len(commands)} files, {complaints} with complaints")
    return 1 if complaints else 0


def touches(file, changed):
    seen = set()
    rests_on(file, seen)
    return bool(seen & changed)


if __name__ == "__main__":
    sys.exit(main())
