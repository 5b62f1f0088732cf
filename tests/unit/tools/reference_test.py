"""The reference pages say what the sources say."""
import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools"))
import reference_tables

REFERENCE = ROOT / "docs/guides/reference"


class Reference(unittest.TestCase):
    def holds(self, page, table):
        self.assertGreater(len(table), 10)
        told = set((REFERENCE / page).read_text().splitlines())
        missing = [row for rows in table for row in rows.splitlines() if row not in told]
        self.assertEqual([], missing, f"{page} lacks these; ./dev fmt writes them")

    def test_lists_every_setting_with_its_default(self):
        self.holds("configuration.md", list(reference_tables.settings_tables()))

    def test_lists_every_metric(self):
        self.holds("metrics.md", list(reference_tables.metrics_table()))

    def test_explains_every_reason_of_an_error(self):
        self.assertGreater(len(reference_tables.reasons()), 10)
        page = (REFERENCE / "errors.md").read_text()
        self.assertEqual([], [reason for reason in reference_tables.reasons() if f"`{reason}`" not in page])

    def test_no_page_points_at_a_file_that_is_not_there(self):
        broken = []
        for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "demo").rglob("*.md")]:
            for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
                if not (page.parent / target).exists():
                    broken.append(f"{page.relative_to(ROOT)}: {target}")
        self.assertEqual([], broken)


if __name__ == "__main__":
    unittest.main()
