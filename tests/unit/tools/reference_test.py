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
    def test_lists_every_setting_with_its_default(self):
        self.assertGreater(len(list(reference_tables.settings())), 10)
        self.assertIn("\n".join(reference_tables.settings_tables()), (REFERENCE / "configuration.md").read_text())

    def test_lists_every_metric(self):
        self.assertGreater(len(reference_tables.metrics()), 10)
        self.assertIn("\n".join(reference_tables.metrics_table()), (REFERENCE / "metrics.md").read_text())

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
