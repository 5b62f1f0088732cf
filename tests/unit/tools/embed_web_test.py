"""The front end's files get into the binary as they are, and smaller where that is worth it."""
import ast
import gzip
import pathlib
import random
import re
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "src/dashboard"))
import embed_web

LITERAL = r'"(?:[^"\\]|\\.)*"'


def read_back(view):
    """What C++ makes of string literals and their length. Python does not know its escape of a question mark."""
    plain = [re.sub(r"(\\\\)|\\\?", lambda escape: escape[1] or "?", part) for part in re.findall(LITERAL, view)]
    content = b"".join(ast.literal_eval("b" + part) for part in plain)
    return content, int(re.search(r"(\d+)\}$", view)[1])


class EmbedWeb(unittest.TestCase):
    def test_every_byte_survives(self):
        every = bytes(range(256)) * 3 + b'0\x001 ??= \\" trigraph'
        self.assertEqual((every, len(every)), read_back(embed_web.view(every)))
        self.assertEqual((b"", 0), read_back(embed_web.view(b"")))

    def test_what_is_compressed_opens_to_the_same(self):
        text = b"let a = 1;\n" * 500
        self.assertLess(len(embed_web.compressed(text)), len(text) / 10)
        self.assertEqual(text, gzip.decompress(embed_web.compressed(text)))

    def test_the_same_content_makes_the_same_bytes(self):
        text = b"let a = 1;\n" * 500
        self.assertEqual(embed_web.compressed(text), embed_web.compressed(text))
        self.assertEqual(b"\0\0\0\0", embed_web.compressed(text)[4:8], "no time is in it")

    def test_what_does_not_get_smaller_stays_as_it_is(self):
        self.assertEqual(b"", embed_web.compressed(random.Random(1).randbytes(5000)))
        self.assertEqual(b"", embed_web.compressed(b""))

    def test_another_content_has_another_hash(self):
        hashed = [re.search(r'"([0-9a-f]{32})"\},$', embed_web.row("index.html", content).strip())[1]
                  for content in (b"a", b"b", b"a")]
        self.assertEqual(hashed[0], hashed[2])
        self.assertNotEqual(hashed[0], hashed[1])

    def test_only_what_vite_names_by_its_hash_is_kept_for_ever(self):
        with tempfile.TemporaryDirectory() as folder:
            built = pathlib.Path(folder)
            (built / "assets").mkdir()
            (built / "assets/index-1a2b.js").write_bytes(b"let a = 1;")
            (built / "index.html").write_bytes(b"<!doctype html>")
            unit = embed_web.translation_unit(built)
        self.assertEqual(["true", "false"], re.findall(r"^     (true|false),$", unit, re.MULTILINE))


if __name__ == "__main__":
    unittest.main()
