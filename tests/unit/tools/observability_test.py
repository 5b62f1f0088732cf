"""Rules, boards and runbooks ask for what there is, and belong together."""
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "tools"))
import grafana_boards
import observability
import reference_tables

LABELS_OF_EVERY_SCRAPE = ("instance", "job", "process", "le")
METRIC_ENDINGS = "total|seconds|bucket|count|sum|events|bytes|entries|position|messages|clients|info|ratio"


def anchor(heading):
    return re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-")


class Observability(unittest.TestCase):
    def unknown(self, expressions):
        metrics = {metric.name for metric in reference_tables.metrics()} | observability.recorded()
        asked = {observability.family(name) for text in expressions for name in observability.metrics_in(text)}
        self.assertGreater(len(asked), 10)
        return sorted(asked - metrics)

    def test_rules_read_only_metrics_that_the_product_has(self):
        self.assertEqual([], self.unknown(observability.rule_expressions()))

    def test_every_rule_is_looked_at(self):
        count = len(observability.alerts()) + len(observability.recorded())
        self.assertEqual(count, len(observability.rule_expressions()))

    def test_boards_read_only_metrics_that_the_product_has(self):
        boards = observability.boards().values()
        self.assertEqual([], self.unknown(query for board in boards for query in observability.queries(board)))

    def matchers(self):
        queries = [query for board in observability.boards().values() for query in observability.queries(board)]
        found = {match for text in observability.rule_expressions() + queries for match in observability.matchers_in(text)}
        self.assertGreater(len(found), 10)
        return found

    def test_matchers_name_labels_that_their_metric_has(self):
        labels = {metric.name: {*metric.labels, *LABELS_OF_EVERY_SCRAPE} for metric in reference_tables.metrics()}
        wrong = {(name, label) for name, label, _ in self.matchers() if name in labels and label not in labels[name]}
        self.assertEqual(set(), wrong)

    def test_matchers_ask_for_values_that_the_product_knows(self):
        code = "\n".join(path.read_text() for path in (observability.ROOT / "src").rglob("*.[ch]pp"))
        words = {word for _, _, word in self.matchers() if re.fullmatch("[a-z_]+", word)}
        self.assertEqual([], sorted(word for word in words if f'"{word}"' not in code))

    def test_a_matcher_is_taken_apart(self):
        self.assertEqual([("keel_x_seconds", "a", "b"), ("keel_x_seconds", "a", "c"), ("keel_x_seconds", "d", "e.+")],
                         list(observability.matchers_in('rate(keel_x_seconds_count{a=~"b|c", d!~"e.+"}[5m])')))

    def test_pages_name_only_metrics_and_alerts_that_there_are(self):
        metrics = {metric.name for metric in reference_tables.metrics()}
        for page in [*observability.ROOT.glob("*.md"), *(observability.ROOT / "docs").rglob("*.md")]:
            text = page.read_text()
            named = {observability.family(name) for name in re.findall(r"\bkeel_\w+_(?:%s)\b" % METRIC_ENDINGS, text)}
            alerts = set(re.findall(r"\bKeel[A-Z]\w+", text))
            with self.subTest(page.name):
                self.assertEqual((set(), set()), (named - metrics, alerts - set(observability.alerts())))

    def test_log_lines_of_the_runbook_are_lines_of_the_log(self):
        code = "\n".join(path.read_text() for path in (observability.ROOT / "src").rglob("*.[ch]pp"))
        runbook = re.sub(r"\s+", " ", observability.RUNBOOK.read_text())
        after = re.findall(r"\blog(?: of the command process| has its words| lines?)?:? ((?:`[^`]+`(?:, | and | or )?)+)", runbook)
        lines = {line for quoted in after for line in re.findall("`([^`]+)`", quoted)}
        self.assertGreater(len(lines), 10)
        self.assertEqual([], sorted(line for line in lines if f'"{line}' not in code), "a log line begins like this")

    def test_a_metric_that_the_product_lost_would_be_found(self):
        found = observability.metrics_in('rate(keel_gone_total{process="keel_label"}[5m]) + a:keel_gone:rate5m'
                                         " + sum by (grpc_method) (keel_gone_seconds_bucket)")
        self.assertEqual({"keel_gone_total", "a:keel_gone:rate5m", "keel_gone_seconds_bucket"}, found)
        self.assertEqual("keel_gone_seconds", observability.family("keel_gone_seconds_bucket"))

    def test_every_metric_that_needs_a_person_has_an_alert(self):
        asked = {name for text in observability.rule_expressions() for name in observability.metrics_in(text)}
        told = {metric.name for metric in reference_tables.metrics() if "a person" in metric.words}
        self.assertGreater(len(told), 3)
        self.assertEqual(set(), told - asked)

    def test_every_alert_has_words_a_runbook_and_a_board(self):
        sections = {anchor(line[3:]) for line in observability.RUNBOOK.read_text().splitlines() if line.startswith("## ")}
        boards = {board["uid"] for board in observability.boards().values()}
        for name, text in observability.alerts().items():
            with self.subTest(name):
                self.assertRegex(text, r"severity: (critical|warning)\}")
                for field in ("summary", "description"):
                    self.assertRegex(text, rf"{field}: \S")
                self.assertIn(f"runbook: docs/guides/how-to/alerts.md#{name.lower()}\n", text)
                self.assertIn(name.lower(), sections)
                self.assertIn(re.search(r"dashboard: /d/(\S+)", text)[1], boards)

    def test_every_alert_is_tested_and_has_a_section_alone(self):
        tested = set(re.findall(r'- name: "(\w+):', observability.RULES_TEST.read_text()))
        self.assertEqual(set(observability.alerts()), tested)
        sections = re.findall(r"^## (Keel\w+)$", observability.RUNBOOK.read_text(), re.MULTILINE)
        self.assertEqual(sorted(observability.alerts()), sorted(sections))

    def test_boards_are_those_that_their_source_makes(self):
        made = grafana_boards.files()
        kept = {path.name: path.read_text() for path in observability.BOARDS.glob("*.json")}
        self.assertEqual(made, kept, "./dev fmt writes them")

    def test_every_panel_says_what_it_shows_and_in_which_unit(self):
        for name, board in observability.boards().items():
            ids = [panel["id"] for panel in board["panels"]]
            self.assertEqual(len(ids), len(set(ids)), name)
            for panel in observability.panels(board):
                with self.subTest(f"{name}: {panel['title']}"):
                    self.assertTrue(panel["description"].endswith("."))
                    self.assertTrue(panel["fieldConfig"]["defaults"]["unit"])
                    self.assertTrue(panel["targets"])
                    self.assertLessEqual(panel["gridPos"]["x"] + panel["gridPos"]["w"], 24)

    def test_boards_use_only_variables_that_they_have(self):
        for name, board in observability.boards().items():
            known = {variable["name"] for variable in board["templating"]["list"]} | {"__rate_interval"}
            used = {word for query in observability.queries(board) for word in re.findall(r"\$(\w+)", query)}
            self.assertEqual(set(), used - known, name)


if __name__ == "__main__":
    unittest.main()
