"""Enforces the arrows between the rooms of src/, and of bench/ (ARCHITECTURE.md): include_arrows.py [SOURCE_DIR]

All system headers share one include path, so the compiler lets every room include everything; this looks at each
#include line instead. Prints each line that goes against an arrow, and exits with 1 when there is one.
"""
import pathlib
import re
import sys

# room -> the rooms that it may include, beside itself
ROOMS = {
    "core": set(),
    "domain": {"core"},
    "postgres": {"core"},
    "journal": {"core", "postgres"},
    "kafka": {"core"},
    "ops": {"core", "postgres"},
    "actors": {"core", "domain", "journal", "kafka", "ops"},
    "command": {"core", "domain", "actors", "ops"},
    "query": {"core", "domain", "postgres", "journal", "kafka", "ops"},
    "replay": {"core", "domain", "postgres", "journal", "query", "ops"},
    "dashboard": {"core", "domain", "journal", "query", "replay", "ops"},
    "app": {"core", "domain", "journal", "kafka", "ops", "actors", "command", "query", "replay", "dashboard"},
    # beside src/: it measures from outside, and takes apart only what its references and hot functions are made of
    "bench": {"core", "domain", "postgres", "journal"},
    "bench/micro": {"bench", "core", "domain", "postgres", "journal", "kafka", "ops", "actors", "command", "query"},
    "bench/replay": {"bench", "core", "domain", "postgres", "journal", "query", "replay"},
}

# generated code -> the rooms that may include it (every room but core may use protobuf itself)
GENERATED = [
    (r"keel/type/v1/", {"domain", "journal", "kafka", "ops", "actors", "command", "query", "replay", "dashboard", "app"}),
    (r"keel/ops/v1/", {"ops", "dashboard", "app"}),
    (r"keel/\w+/v1/.*\.grpc\.pb\.h", {"command", "query", "app", "bench"}),
    (r"keel/\w+/v1/queries\.pb\.h", {"query", "app", "bench"}),
    (r"keel/", {"domain", "command", "query", "replay", "app", "bench"}),
    (r"google/rpc/", {"ops", "command", "query", "app"}),
    (
        r"google/protobuf/",
        {"domain", "journal", "kafka", "ops", "actors", "command", "query", "replay", "dashboard", "app", "bench"},
    ),
]

# library -> the rooms, or the files, that alone may know it
LIBRARIES = [
    (r"caf/", r"actors/"),
    (r"librdkafka/", r"kafka/"),
    (r"(libpq-fe\.h|libpq/)", r"(postgres/|bench/postgres_(reading|copying)\.cpp)"),
    (r"(grpcpp|grpc)/", r"(command|query|ops|dashboard|app|bench)/"),
    (r"absl/", r"ops/grpc_process\.cpp"),
    (r"httplib\.h", r"(ops/|dashboard/http_\w+\.[ch]pp|bench/watchers\.cpp)"),
    (r"prometheus/", r"ops/"),
    (r"spdlog/", r"(ops|app)/"),
    (r"bench/", r"(app/main\.cpp|bench/)"),
    (r"support/(postgres_cluster|read_store)\.hpp", r"bench/replay/"),  # its servers are those of the tests
    (r"CLI/", r"(app|bench)/"),
    (r"toml\+\+/", r"app/"),
    (r"nlohmann/", r"(ops|dashboard|app|bench)/"),
    (r"openssl/", r"(domain|journal|actors|command|query|ops|dashboard|app)/"),
    (r"(gtest|gmock|rapidcheck|benchmark)[/.]", r"$never"),
]

# `query` folds events and never decides; `command` and `query` share nothing but what both may include
FORBIDDEN_FILES = [
    (r"query/", r"domain/reaction\.hpp"),
]

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def room_of(path):
    """The longest folder above the file that is a room, else its first folder."""
    folders = [path[:at] for at, letter in enumerate(path) if letter == "/"]
    return next((folder for folder in reversed(folders) if folder in ROOMS), folders[0] if folders else path)


def complaint(path, bracket, header):
    """Why the file may not include the header, or None. Both are relative to src/ (to its parent for bench/)."""
    room = room_of(path)
    if room not in ROOMS:
        return f"there is no room '{room}' in tools/include_arrows.py"
    for files, forbidden in FORBIDDEN_FILES:
        if re.match(files, path) and re.match(forbidden, header):
            return f"{room} may not include {header}"
    for pattern, rooms in GENERATED:
        if re.match(pattern, header):
            return None if room in rooms else f"{room} may not include generated code of {pattern}"
    other = room_of(header)
    if bracket == '"' and other in ROOMS and not (room == "app" and other == "bench"):
        return None if other == room or other in ROOMS[room] else f"{room} may not include {other}"
    for pattern, owners in LIBRARIES:
        if re.match(pattern, header):
            return None if re.match(owners, path) else f"only {owners} may include {pattern}"
    if bracket == "<" and ("/" not in header or header.startswith("sys/") or header.startswith("netinet/")):
        return None  # the standard library and the system's headers
    return f"{header} belongs to no room and to no library that tools/include_arrows.py knows"


def complaints_of(source, within=None):
    """Of every file below `source`, whose path the rules see from `within` on (by default `source` itself)."""
    for file in sorted(source.rglob("*.[ch]pp")):
        path = file.relative_to(within or source).as_posix()
        for number, line in enumerate(file.read_text().splitlines(), 1):
            match = INCLUDE.match(line)
            reason = match and complaint(path, *match.groups())
            if reason:
                yield f"{path}:{number}: {line.strip()}: {reason}"


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    if len(sys.argv) > 1:
        found = list(complaints_of(pathlib.Path(sys.argv[1])))
    else:
        found = [*complaints_of(root / "src"), *complaints_of(root / "bench", root)]
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
