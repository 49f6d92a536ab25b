"""The layering test finds each kind of violation, and nothing in a clean tree."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

LAYERING = pathlib.Path(__file__).with_name("layering")

CLEAN = {
    "server/base/str.h": "struct str;\n",
    "server/settings.h": '#include "base/str.h"\n',
    "api/model.h": '#include "base/str.h"\n',
    "server/rules/job_state.h": '#include "api/model.h"\n',
    "server/store/db.h": "struct db;\n",
    "server/store/db.c": '#include "db.h"\n#include <sqlite3.h>\nconst char *q = "SELECT 1";\n',
    "server/ops/op.h": '#include "rules/job_state.h"\n#include "store/db.h"\n',
    "server/engine/engine.h": '#include "ops/op.h"\n',
    "server/http/http.c": '#include "engine/engine.h"\n#include <microhttpd.h>\n',
    "server/server.h": '#include "engine/engine.h"\n#include "settings.h"\n',
    "plugin/plugin.c": '#include "server.h"\n#include <mosquitto_broker.h>\n',
    "server/base/clock.c": "long now(void) { return clock_gettime(0, 0); }\n",
    "tests/unit/db_test.c": '#include "store/db.h"\n#include <sqlite3.h>\n',
    "tests/bench/echo_plugin.c": "#include <mosquitto_plugin.h>\n",
    "tests/e2e/zero_byte_client.c": "#include <mosquitto.h>\n",
}


class LayeringTest(unittest.TestCase):
    def run_on(self, **planted):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {**CLEAN, **planted.get("files", {})}.items():
                path = pathlib.Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            return subprocess.run([sys.executable, LAYERING, folder], capture_output=True, text=True, check=False)

    def assert_finds(self, name, text, what, line=1):
        done = self.run_on(files={name: text})
        self.assertEqual(done.returncode, 1, f"not found: {what}")
        self.assertEqual(len(done.stdout.splitlines()), 1, done.stdout)
        self.assertTrue(done.stdout.startswith(f"{name}:{line}: "), done.stdout)
        self.assertIn(what, done.stdout)

    def test_a_clean_tree_passes(self):
        done = self.run_on()
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_mosquitto_outside_the_plugin(self):
        self.assert_finds("server/engine/engine.c", "#include <mosquitto_broker.h>\n", "only plugin/")

    def test_microhttpd_outside_http(self):
        self.assert_finds("server/ops/registry/thing.c", "#include <microhttpd.h>\n", "only server/http/")

    def test_sqlite_outside_the_store(self):
        self.assert_finds("server/ops/registry/thing.c", "\n#include <sqlite3.h>\n", "only server/store/", line=2)

    def test_libcurl_outside_its_module(self):
        self.assert_finds("server/ops/artifacts/s3_home.c", "#include <curl/curl.h>\n", "knows libcurl")
        planted = {"server/ops/artifacts/remote_s3.c": "#include <curl/curl.h>\n"}
        self.assertEqual(self.run_on(files=planted).returncode, 0)

    def test_the_time_zone_of_the_process_outside_its_module(self):
        self.assert_finds("server/base/log.c", "struct tm *t = localtime_r(&now, &local);\n", "time zone")
        self.assert_finds("launcher/main.c", 'int ok = setenv("TZ", "UTC", 1);\n', "time zone")

    def test_sql_outside_the_store(self):
        for statement in ("SELECT 1", "INSERT INTO job VALUES(1)", "UPDATE job SET a = 1", "DELETE FROM job",
                          "PRAGMA user_version", "BEGIN IMMEDIATE", "ROLLBACK TO op"):
            with self.subTest(statement):
                self.assert_finds("server/ops/registry/thing.c", f'const char *q = "{statement}";\n', "SQL")

    def test_an_include_that_points_up(self):
        for name, header in (("server/base/str.c", "api/model.h"), ("api/route.c", "store/db.h"),
                             ("server/store/job.c", "ops/op.h"), ("server/ops/jobs/job.c", "engine/engine.h"),
                             ("server/engine/timers.c", "server.h"), ("server/rules/state.c", "store/db.h")):
            with self.subTest(name):
                self.assert_finds(name, f'#include "{header}"\n', "calls go down only")

    def test_an_include_of_a_test_in_the_product(self):
        planted = {"tests/support/world.h": "struct world;\n", "server/ops/jobs/job.c": '#include "support/world.h"\n'}
        self.assertEqual(self.run_on(files=planted).returncode, 1)

    def test_a_look_at_the_clock_outside_base(self):
        self.assert_finds("server/engine/timers.c", "long t(void) { return time(0); }\n", "clock")

    def test_a_banned_function(self):
        for name in ("sprintf", "strcpy", "strcat", "strtok", "atoi", "gmtime", "localtime", "alloca"):
            with self.subTest(name):
                self.assert_finds("tests/unit/x_test.c", f"int x(void) {{ return {name} (0); }}\n", f"{name} is banned")

    def test_comments_and_strings_are_not_code(self):
        text = '/* atoi( and "SELECT 1" and time( */\nconst char *s = "atoi(1) time(0)"; // strcpy(\n'
        self.assertEqual(self.run_on(files={"server/ops/jobs/job.c": text}).returncode, 0)

    def test_a_file_that_is_too_long(self):
        self.assert_finds("server/ops/jobs/job.c", "\n" * 601, "longer than", line=601)
        self.assertEqual(self.run_on(files={"server/ops/jobs/job.c": "\n" * 600}).returncode, 0)


if __name__ == "__main__":
    unittest.main()
