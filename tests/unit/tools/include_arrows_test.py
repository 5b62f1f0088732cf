"""The arrows between the rooms of src/ hold, and the script that says so bites."""
import pathlib
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tools"))
import include_arrows


class TheTree(unittest.TestCase):
    def test_has_no_include_against_an_arrow(self):
        self.assertEqual([], list(include_arrows.complaints_of(ROOT / "src")))

    def test_has_no_include_against_an_arrow_in_bench(self):
        self.assertEqual([], list(include_arrows.complaints_of(ROOT / "bench", ROOT)))

    def test_every_room_of_src_has_its_arrows(self):
        rooms = {path.name for path in (ROOT / "src").iterdir() if path.is_dir()}
        self.assertEqual(set(), rooms - set(include_arrows.ROOMS))


class TheArrows(unittest.TestCase):
    def refused(self, path, line):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, path)
            file.parent.mkdir(parents=True)
            file.write_text(f"#pragma once\n{line}\n")
            return list(include_arrows.complaints_of(pathlib.Path(folder)))

    def test_command_and_query_never_include_one_another(self):
        self.assertTrue(self.refused("command/a.cpp", '#include "query/read_model.hpp"'))
        self.assertTrue(self.refused("query/a.cpp", '#include "command/service.hpp"'))

    def test_nobody_includes_app(self):
        for room in set(include_arrows.ROOMS) - {"app"}:
            self.assertTrue(self.refused(f"{room}/a.hpp", '#include "app/settings.hpp"'), room)

    def test_core_knows_the_standard_library_only(self):
        self.assertFalse(self.refused("core/a.hpp", "#include <vector>"))
        self.assertTrue(self.refused("core/a.hpp", "#include <google/protobuf/message.h>"))
        self.assertTrue(self.refused("core/a.hpp", "#include <openssl/sha.h>"))
        self.assertTrue(self.refused("core/a.hpp", '#include "domain/decision.hpp"'))

    def test_only_actors_knows_caf(self):
        self.assertFalse(self.refused("actors/a.cpp", "#include <caf/all.hpp>"))
        self.assertTrue(self.refused("app/a.cpp", "#include <caf/all.hpp>"))

    def test_only_kafka_knows_librdkafka(self):
        self.assertFalse(self.refused("kafka/a.cpp", "#include <librdkafka/rdkafka.h>"))
        self.assertTrue(self.refused("query/a.cpp", "#include <librdkafka/rdkafka.h>"))

    def test_only_postgres_knows_libpq(self):
        self.assertFalse(self.refused("postgres/session.cpp", "#include <libpq-fe.h>"))
        for room in ("journal", "query", "ops", "replay", "app"):
            self.assertTrue(self.refused(f"{room}/postgres_a.cpp", "#include <libpq-fe.h>"), room)

    def test_postgres_knows_no_room_that_uses_it(self):
        self.assertFalse(self.refused("query/a.cpp", '#include "postgres/session.hpp"'))
        self.assertTrue(self.refused("postgres/a.cpp", '#include "journal/journal.hpp"'))
        self.assertTrue(self.refused("actors/a.cpp", '#include "postgres/session.hpp"'))

    def test_journal_knows_no_context(self):
        self.assertFalse(self.refused("journal/a.cpp", '#include "keel/type/v1/event_metadata.pb.h"'))
        self.assertTrue(self.refused("journal/a.cpp", '#include "keel/cart/v1/events.pb.h"'))

    def test_a_comment_is_no_include_and_indentation_hides_none(self):
        self.assertFalse(self.refused("core/a.hpp", '// #include "app/settings.hpp"'))
        self.assertTrue(self.refused("core/a.hpp", '  #  include "app/settings.hpp"'))

    def test_only_main_knows_bench(self):
        self.assertFalse(self.refused("app/main.cpp", '#include "bench/bench.hpp"'))
        self.assertTrue(self.refused("app/run.cpp", '#include "bench/bench.hpp"'))
        self.assertTrue(self.refused("command/a.cpp", '#include "bench/load.hpp"'))

    def test_bench_measures_from_outside_and_takes_apart_hot_functions_only(self):
        self.assertTrue(self.refused("bench/a.cpp", '#include "command/request.hpp"'))
        self.assertFalse(self.refused("bench/micro/a.cpp", '#include "command/request.hpp"'))

    def test_an_unknown_library_or_room_is_refused(self):
        self.assertTrue(self.refused("journal/a.cpp", "#include <boost/asio.hpp>"))
        self.assertTrue(self.refused("cellar/a.cpp", "#include <vector>"))


if __name__ == "__main__":
    unittest.main()
