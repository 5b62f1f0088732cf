"""Enforces the arrows between the rooms of src/ (ARCHITECTURE.md): include_arrows.py [SOURCE_DIR]

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
    "journal": {"core"},
    "kafka": {"core"},
    "ops": {"core"},
    "actors": {"core", "domain", "journal", "kafka", "ops"},
    "command": {"core", "domain", "actors", "ops"},
    "query": {"core", "domain", "journal", "kafka", "ops"},
    "replay": {"core", "domain", "journal", "query", "ops"},
    "app": {"core", "domain", "journal", "kafka", "ops", "actors", "command", "query", "replay"},
}

# generated code -> the rooms that may include it (every room but core may use protobuf itself)
GENERATED = [
    (r"keel/type/v1/", {"domain", "journal", "kafka", "ops", "actors", "command", "query", "replay", "app"}),
    (r"keel/ops/v1/", {"ops", "app"}),
    (r"keel/\w+/v1/.*\.grpc\.pb\.h", {"command", "query", "app"}),
    (r"keel/\w+/v1/queries\.pb\.h", {"query", "app"}),
    (r"keel/", {"domain", "command", "query", "replay", "app"}),
    (r"google/rpc/", {"ops", "command", "query", "app"}),
    (r"google/protobuf/", {"domain", "journal", "kafka", "ops", "actors", "command", "query", "replay", "app"}),
]

# library -> the rooms, or the files, that alone may know it
LIBRARIES = [
    (r"caf/", r"actors/"),
    (r"librdkafka/", r"kafka/"),
    (r"(libpq-fe\.h|libpq/|pqxx/)", r"(journal|query)/(.*/)?postgres_\w+\.[ch]pp"),
    (r"(grpcpp|grpc)/", r"(command|query|ops|app)/"),
    (r"absl/", r"ops/grpc_process\.cpp"),
    (r"(httplib\.h|prometheus/)", r"ops/"),
    (r"spdlog/", r"(ops|app)/"),
    (r"(CLI/|toml\+\+/)", r"app/"),
    (r"nlohmann/", r"(ops|app)/"),
    (r"openssl/", r"(domain|journal|actors|command|query|ops|app)/"),
    (r"(gtest|gmock|rapidcheck|benchmark)[/.]", r"$never"),
]

# `query` folds events and never decides; `command` and `query` share nothing but what both may include
FORBIDDEN_FILES = [
    (r"query/", r"domain/reaction\.hpp"),
]

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def complaint(path, bracket, header):
    """Why the file may not include the header, or None. Both are relative to src/."""
    room = path.split("/", 1)[0]
    if room not in ROOMS:
        return f"there is no room '{room}' in tools/include_arrows.py"
    for files, forbidden in FORBIDDEN_FILES:
        if re.match(files, path) and re.match(forbidden, header):
            return f"{room} may not include {header}"
    for pattern, rooms in GENERATED:
        if re.match(pattern, header):
            return None if room in rooms else f"{room} may not include generated code of {pattern}"
    other = header.split("/", 1)[0]
    if bracket == '"' and other in ROOMS:
        return None if other == room or other in ROOMS[room] else f"{room} may not include {other}"
    for pattern, owners in LIBRARIES:
        if re.match(pattern, header):
            return None if re.match(owners, path) else f"only {owners} may include {pattern}"
    if bracket == "<" and ("/" not in header or header.startswith("sys/") or header.startswith("netinet/")):
        return None  # the standard library and the system's headers
    return f"{header} belongs to no room and to no library that tools/include_arrows.py knows"


def complaints_of(source):
    for file in sorted(source.rglob("*.[ch]pp")):
        path = file.relative_to(source).as_posix()
        for number, line in enumerate(file.read_text().splitlines(), 1):
            match = INCLUDE.match(line)
            reason = match and complaint(path, *match.groups())
            if reason:
                yield f"{path}:{number}: {line.strip()}: {reason}"


def main():
    default = pathlib.Path(__file__).resolve().parent.parent / "src"
    source = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else default
    found = list(complaints_of(source))
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
