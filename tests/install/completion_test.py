#!/usr/bin/env python3
"""Asks bash what it would complete. Usage: completion_test.py BIN_DIRECTORY."""

import os
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
SCRIPT = os.path.join(HERE, "..", "..", "tools", "install", "hearsay.bash")
PROGRAMS = None


def complete(*words):
    """The completions of the last word; words are as bash splits them, "=" by itself."""
    command = (f'source "{SCRIPT}"; COMP_WORDS=("$@"); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); '
               '_hearsay; printf "%s\\n" "${COMPREPLY[@]}"')
    said = subprocess.run(["bash", "-c", command, "bash", *words], text=True, check=True,
                          stdout=subprocess.PIPE,
                          env={"PATH": PROGRAMS + ":/usr/bin:/bin"}).stdout
    return said.split()


class Completion(unittest.TestCase):
    def test_subcommands(self):
        self.assertEqual(set(complete("hearsay", "")), {"test", "sim", "challenges", "check", "drill", "compare", "serve", "show", "trace", "replay", "bench", "attach", "call", "cluster", "help"})
        self.assertEqual(complete("hearsay", "te"), ["test"])
        self.assertIn("sim", complete("hearsay", "help", ""))

    def test_commands_of_a_command(self):
        commands = {"summary", "log", "value", "message", "crash", "check", "export"}
        self.assertEqual(set(complete("hearsay", "trace", "")), commands)
        self.assertEqual(set(complete("hearsay", "help", "trace", "")), commands)
        self.assertEqual(set(complete("hearsay", "cluster", "")), {"up", "status", "demo", "permissions"})
        self.assertEqual(complete("hearsay", "cluster", "up", "--topo"), ["--topology"])
        self.assertEqual(complete("hearsay", "trace", "log", "--fol"), ["--follow"])
        self.assertEqual(complete("hearsay", "trace", "export", "--shi"), ["--shiviz"])
        self.assertEqual(complete("hearsay", "trace", "log", "--event", "worker_d"),
                         ["worker_died", "worker_delayed"])

    def test_options(self):
        self.assertEqual(complete("hearsay", "test", "--latency-"), ["--latency-dist"])
        self.assertEqual(complete("hearsay", "sim", "--compact"), ["--compact-probability"])
        self.assertEqual(complete("hearsay-node", "--latency-b"), ["--latency-budget"])

    def test_challenges(self):
        self.assertEqual(complete("hearsay", "test", "--challenge", "3"),
                         ["3a", "3b", "3c", "3d", "3e"])
        self.assertIn("3d", complete("hearsay", "challenges", "--only", ""))

    def test_workloads(self):
        workloads = {"echo", "unique-ids", "broadcast", "g-set", "g-counter", "pn-counter", "kafka",
                     "txn-rw-register", "txn-list-append", "lin-kv"}
        self.assertEqual(set(complete("hearsay", "test", "-w", "")), workloads)
        self.assertEqual(set(complete("hearsay", "test", "--workload", "=", "")), workloads)
        self.assertEqual(complete("hearsay", "sim", "--workload", "uni"), ["unique-ids"])

    def test_strategies(self):
        strategies = {"relay", "epidemic", "flood", "push"}
        self.assertEqual(set(complete("hearsay-node", "--gossip", "")), strategies)
        self.assertEqual(complete("hearsay-node", "--gossip", "=", "ep"), ["epidemic"])
        self.assertEqual(set(complete("hearsay", "compare", "-c", "")), strategies)

    def test_behind_the_dashes_stand_options_of_the_node(self):
        self.assertEqual(complete("hearsay", "test", "-w", "echo", "--", "--goss"),
                         ["--gossip", "--gossip-interval-ms", "--gossip-fanout"])
        self.assertEqual(complete("hearsay", "test", "--", "--gossip", "fl"), ["flood"])

    def test_files(self):
        os.makedirs("completion-test", exist_ok=True)
        self.assertEqual(complete("hearsay", "test", "--store", "completion-t"),
                         ["completion-test"])
        self.assertEqual(complete("hearsay", "trace", "summary", "completion-t"),
                         ["completion-test"])
        os.rmdir("completion-test")


if __name__ == "__main__":
    PROGRAMS = sys.argv.pop(1)
    unittest.main()
