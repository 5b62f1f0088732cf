"""Writes the tables of docs/guides/reference that the sources know: settings and metrics (part of `./dev fmt`).

A test compares each table with its page. A table stands at the end of its page; what is above it is written by people.
"""
import pathlib
import re

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


def metrics():
    """(name, kind, help) of every metric that is registered anywhere."""
    found = {name: (histogram, joined(words)) for text in sources("") for histogram, name, words in METRIC.findall(text)}
    for name, (histogram, words) in sorted(found.items()):
        kind = "histogram" if histogram else "counter" if name.endswith("_total") else "gauge"
        yield name, kind, words.rstrip(".")


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
    yield "| name | kind | what |\n|---|---|---|"
    for name, kind, words in metrics():
        yield f"| `{name}` | {kind} | {words} |"


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
