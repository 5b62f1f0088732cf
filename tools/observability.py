"""What rules and boards of deploy/ ask for, for the checks of them: observability.py prints the boards' queries as rules.

`tools/check_rules.sh` hands that to promtool, which then reads every query of every board.
"""
import json
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent
RULES = ROOT / "deploy/prometheus/keel-rules.yaml"
RULES_TEST = ROOT / "deploy/prometheus/keel-rules_test.yaml"
BOARDS = ROOT / "deploy/grafana"
RUNBOOK = ROOT / "docs/guides/how-to/alerts.md"

# A metric of ours, or a recorded series, whose parts are joined by colons.
NAME = re.compile(r"(?<![\w:])((?:\w+:)*(?:keel|grpc|process)_\w+(?::\w+)*)")
SELECTOR = re.compile(NAME.pattern + r"\{([^}]*)\}")
NO_METRIC = {"grpc_method", "grpc_status"}


def boards():
    return {path.name: json.loads(path.read_text()) for path in sorted(BOARDS.glob("*.json"))}


def panels(board):
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def queries(board):
    return [target["expr"] for panel in panels(board) for target in panel["targets"]]


def recorded():
    return set(re.findall(r"^\s*- record: (\S+)$", RULES.read_text(), re.MULTILINE))


def alerts():
    """Each alert's text, by name."""
    parts = re.split(r"^\s*- alert: (\w+)$", RULES.read_text(), flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2]))


def rule_expressions():
    """The right side of every `expr`, folded ones too."""
    found = re.findall(r"^        expr: (?:>-\n((?:          .*\n)+)|(.*)\n)", RULES.read_text(), re.MULTILINE)
    return [folded or plain for folded, plain in found]


def metrics_in(expression):
    """Names of metrics and recorded series that it reads."""
    without_texts = re.sub(r'"[^"]*"', '""', expression)
    return {name for name in NAME.findall(without_texts) if name not in NO_METRIC}


def matchers_in(expression):
    """(metric, label, value) of each selector; of a pattern, each alternative that is a plain word."""
    for name, inside in SELECTOR.findall(expression):
        for label, value in re.findall(r'(\w+)(?:=~|!~|!=|=)"([^"]*)"', inside):
            yield from ((family(name), label, word) for word in value.split("|"))


def family(name):
    """The metric that a series belongs to: a histogram has three sorts."""
    return name if ":" in name else re.sub(r"_(bucket|sum|count)$", "", name)


def main():
    rules = [{"record": f"board:query{i}", "expr": re.sub(r"\$__rate_interval", "1m", query)}
             for i, query in enumerate(query for board in boards().values() for query in queries(board))]
    print(json.dumps({"groups": [{"name": "boards", "rules": rules}]}))


if __name__ == "__main__":
    main()
