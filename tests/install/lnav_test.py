"""lnav reads a node's trace with our format. Usage: lnav_test.py FOLDER_OF_PROGRAMS"""

import collections
import datetime
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

SOURCES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
FORMAT = os.path.join(SOURCES, "tools", "install", "lnav", "hearsay.json")
# As a column's name SQLite would not take it; lnav shows it even so.
NOT_A_COLUMN = {"values"}
programs = ""


def say(node, body):
    node.stdin.write(json.dumps({"src": "c1", "dest": "n1", "body": body}) + "\n")
    node.stdin.flush()


def make_trace(path):
    """A node's life with a death, a refused request and a value."""
    node = subprocess.Popen([os.path.join(programs, "hearsay-node"), "--trace-level=trace",
                             "--trace-file=" + path], text=True,
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    say(node, {"type": "init", "msg_id": 1, "node_id": "n1", "node_ids": ["n1", "n2"]})
    node.stdout.readline()
    say(node, {"type": "broadcast", "msg_id": 2, "message": 17})
    say(node, {"type": "topology", "msg_id": 3, "topology": "none"})
    while json.loads(node.stdout.readline())["body"].get("in_reply_to") != 3:
        pass
    with open(f"/proc/{node.pid}/task/{node.pid}/children", encoding="ascii") as children:
        os.kill(int(children.read()), signal.SIGKILL)
    say(node, {"type": "read", "msg_id": 4})
    node.communicate(timeout=60)


class Lnav(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        formats = os.path.join(cls.folder.name, "formats", "hearsay")
        os.makedirs(formats)
        shutil.copy(FORMAT, formats)
        cls.trace = os.path.join(cls.folder.name, "n1.log")
        make_trace(cls.trace)
        with open(cls.trace, encoding="utf-8") as file:
            cls.events = sorted((json.loads(line) for line in file), key=lambda event: event["ts"])

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def lnav(self, *arguments):
        environment = dict(os.environ, HOME=self.folder.name, TERM="xterm", TZ="UTC")
        environment.pop("XDG_CONFIG_HOME", None)
        done = subprocess.run(["lnav", "-I", self.folder.name, *arguments], env=environment,
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stderr, "")
        return done.stdout

    def rows(self, query):
        text = self.lnav("-n", "-c", ";" + query, "-c", ":write-json-to -", self.trace)
        return json.loads(text)

    def test_it_accepts_the_format(self):
        self.lnav("-C")

    def test_every_line_is_an_event_of_the_format(self):
        rows = self.rows("SELECT event, count(*) AS n FROM hearsay_log GROUP BY event")
        wanted = collections.Counter(event["event"] for event in self.events)
        self.assertEqual({row["event"]: row["n"] for row in rows}, wanted)
        self.assertIn("worker_died", wanted)

    def test_time_and_level_are_ours(self):
        first = self.rows("SELECT log_time, log_level FROM hearsay_log LIMIT 1")[0]
        ours = datetime.datetime.fromtimestamp(self.events[0]["ts"] / 1e9, datetime.timezone.utc)
        self.assertEqual(first["log_time"][:23], ours.strftime("%Y-%m-%d %H:%M:%S.%f")[:23])
        levels = self.rows("SELECT log_level, count(*) AS n FROM hearsay_log GROUP BY log_level")
        wanted = collections.Counter(event["level"].replace("warn", "warning")
                                     for event in self.events)
        self.assertEqual({row["log_level"]: row["n"] for row in levels}, wanted)

    def test_fields_are_columns(self):
        died = self.rows("SELECT worker_pid, cause, detection_ns FROM hearsay_log "
                         "WHERE event = 'worker_died'")[0]
        ours = [event for event in self.events if event["event"] == "worker_died"][0]
        self.assertEqual(died, {name: ours[name] for name in died})

    def test_the_format_has_every_field(self):
        with open(FORMAT, encoding="utf-8") as file:
            columns = set(json.load(file)["hearsay_log"]["value"])
        with open(os.path.join(SOURCES, "common", "trace", "README.md"), encoding="utf-8") as file:
            page = file.read()
        names = set()
        for section in ("## The header", "## The fields"):
            table = page.split(section, 1)[1].split("\n## ", 1)[0].split("The ways:")[0]
            for row in re.findall(r"^\| (`[^|]*)\|", table, re.M):
                names |= set(re.findall(r"`([a-z_]+)`", row))
        self.assertEqual(columns, names - NOT_A_COLUMN)


if __name__ == "__main__":
    programs = sys.argv.pop(1)
    unittest.main()
