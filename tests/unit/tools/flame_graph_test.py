"""Tests of tools/flame_graph.py: what it makes of perf's samples."""
import pathlib
import sys
import unittest
import xml.etree.ElementTree

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "tools"))
import flame_graph

SAMPLES = """\
caf.actor  100/101 
\t    55d0 keel::Writer::round<std::vector<int> >(int) (/opt/keel)
\t    55d1 keel::(anonymous namespace)::run (/opt/keel)
\t    7f01 [unknown] (/usr/lib/libcaf_core.so.0.17.6)
\t    7f02 [unknown] (/usr/lib/libcaf_core.so.0.17.6)

caf.actor  100/101 
\t    55d1 keel::(anonymous namespace)::run (/opt/keel)
\t    7f01 [unknown] (/usr/lib/libcaf_core.so.0.17.6)

postgres  200/200 
\tffffffff81 schedule ([kernel.kallsyms])

rdk:main  300/301 
""".splitlines()


def paths(box, before=()):
    here = before + (box.name,)
    yield here, box.samples
    for one in box.callees.values():
        yield from paths(one, here)


class FlameGraph(unittest.TestCase):
    def setUp(self):
        self.root = flame_graph.read(SAMPLES, {"100": "server", "200": "postgres"})
        self.paths = dict(paths(self.root))

    def test_a_caller_stands_below_what_it_calls_and_holds_its_samples(self):
        self.assertEqual(4, self.root.samples)
        caf = ("all", "server", "caf.actor", "[libcaf_core]")
        self.assertEqual(2, self.paths[caf])
        self.assertEqual(2, self.paths[caf + ("keel::run",)])
        self.assertEqual(1, self.paths[caf + ("keel::run", "keel::Writer::round")])

    def test_a_sample_without_a_stack_counts_for_its_thread(self):
        self.assertEqual(1, self.paths[("all", "rdk:main", "rdk:main")])

    def test_names_lose_what_stands_in_brackets_but_not_the_call_operator(self):
        self.assertEqual("f::operator()", flame_graph.short("f<a<b>, c>::operator()(int)", "/opt/keel"))
        self.assertEqual("[libgrpc]", flame_graph.short("[unknown]", "/usr/lib/libgrpc.so.29"))
        self.assertEqual("[kernel]", flame_graph.short("[unknown]", "[kernel]"))

    def test_the_picture_is_xml_with_a_box_for_all_that_is_wide_enough(self):
        picture = "\n".join(flame_graph.picture(self.root, "a < b"))
        svg = xml.etree.ElementTree.fromstring(picture)
        titles = [one.text for one in svg.iter("{http://www.w3.org/2000/svg}title")]
        self.assertEqual(len(self.paths), len(titles))
        self.assertIn("keel::Writer::round: 25.0 %", titles)

    def test_boxes_narrower_than_a_pixel_are_left_out(self):
        many = flame_graph.read(SAMPLES * 2000 + ["rare  7/7 "], {})
        picture = "\n".join(flame_graph.picture(many, "many"))
        self.assertNotIn("rare", picture)


if __name__ == "__main__":
    unittest.main()
