"""Writes the tables of docs/guides/reference that the sources know: settings and metrics (part of `./dev fmt`).

A test compares each table with its page. A table stands at the end of its page; what is above it is written by people.
"""
import pathlib
import re
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parent.parent
TEXT = r'"(?:[^"\\]|\\.)*"'
SETTING = re.compile(rf'\{{"([a-z_.]+)",\s*(\w+),\s*({TEXT}),\s*((?:{TEXT}\s*)+)\}}')
METRIC = re.compile(rf'(histogram\(\s*)?"((?:keel|grpc|process)_\w+)",\s*(?:"(?:counter|gauge)",\s*)?((?:{TEXT}\s*)+)')
REASON = re.compile(r'"([A-Z][A-Z]+(?:_[A-Z]+)+)"')


def joined(literals):
    """The text of adjacent string literals."""
    return "".join(part[1:-1] for part in re.findall(TEXT, literals))


def sources(*rooms):
    for room in rooms:
        for file in sorted((ROOT / "src" / room).rglob("*.[ch]pp")):
            yield file.read_text()


def settings():
    """(key, kind, default, help) in the order of the table in src/app."""
    for key, kind, default, words in SETTING.findall((ROOT / "src/app/settings.cpp").read_text()):
        yield key, kind.replace("_", " "), default[1:-1], joined(words)


class Metric(NamedTuple):
    name: str
    kind: str
    labels: list[str]
    words: str
    processes: list[str]


# Whose labels are made by what the name is handed to.
LABELS_ELSEWHERE = {"keel_actor_failures_total": ["kind"], "keel_actor_restarts_total": ["kind"]}
# The first that fits says which processes have the series of a file.
PROCESSES = [
    (r"(actors|command)/", "command"),
    (r"query/(projector|lane_)", "projector"),
    (r"query/", "query"),
    (r"dashboard/", "dashboard"),
    (r"ops/(grpc|call)", "all with gRPC"),
    (r"ops/supervision", "all with gRPC"),
    (r"", "all"),
]


def rest_of_call(text, start):
    """What follows up to the parenthesis that ends the call."""
    depth = 1
    for end in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[end], 0)
        if depth == 0:
            return text[start:end]
    return text[start:]


def labels_at(text, found):
    """The labels of the metric that is registered there: written out, or in a variable named `labels` before it."""
    rest = rest_of_call(text, found.end())
    if re.search(r"\blabels\b", rest):
        rest += rest_of_call(text, text.rindex(" labels{", 0, found.start()) + len(" labels")).partition(";")[0]
    return LABELS_ELSEWHERE.get(found[2], re.findall(r'\{"(\w+)",', rest))


def metrics():
    """Every metric that is registered anywhere, by name."""
    known = {}
    for file in sorted((ROOT / "src").rglob("*.[ch]pp")):
        text = file.read_text()
        place = file.relative_to(ROOT / "src").as_posix()
        process = next(process for pattern, process in PROCESSES if re.match(pattern, place))
        for found in METRIC.finditer(text):
            histogram, name, words = found.groups()
            kind = "histogram" if histogram else "counter" if name.endswith("_total") else "gauge"
            metric = known.setdefault(name, Metric(name, kind, [], joined(words).rstrip("."), []))
            metric.labels.extend(label for label in labels_at(text, found) if label not in metric.labels)
            metric.processes.extend([process] if process not in metric.processes else [])
    return [known[name] for name in sorted(known)]


def reasons():
    """Every reason that an answer may carry."""
    return sorted({reason for text in sources("domain", "command", "query") for reason in REASON.findall(text)})


def settings_tables():
    section = None
    for key, kind, default, words in settings():
        head = key.rpartition(".")[0]
        if head != section:
            section = head
            yield f"\n## {f'[{head}]' if head else 'At the top'}\n"
            yield "| key | kind | default | what |\n|---|---|---|---|"
        yield f"| `{key}` | {kind} | {f'`{default}`' if default else 'none'} | {words.replace('|', '&#124;')} |"


def metrics_table():
    yield "| name | kind | labels | what | process |\n|---|---|---|---|---|"
    for metric in metrics():
        labels = ", ".join(f"`{label}`" for label in metric.labels)
        yield f"| `{metric.name}` | {metric.kind} | {labels} | {metric.words} | {', '.join(metric.processes)} |"


PAGES = {"configuration.md": settings_tables, "metrics.md": metrics_table}


def main():
    for name, table in PAGES.items():
        page = ROOT / "docs/guides/reference" / name
        lines = list(table())
        above, begin, _ = page.read_text().partition(lines[0])
        assert begin, f"{page} does not hold the beginning of its table: {lines[0]!r}"
        page.write_text(above + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
