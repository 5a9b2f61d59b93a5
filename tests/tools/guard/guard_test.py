#!/usr/bin/env python3
"""What tools/guard says of counts. Usage: guard_test.py"""

import contextlib
import importlib.machinery
import importlib.util
import io
import json
import os
import subprocess
import tempfile
import unittest

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "tools", "guard")
COMMITTED = os.path.join(os.path.dirname(SCRIPT), "benchmarks", "guard.json")


def load():
    loader = importlib.machinery.SourceFileLoader("guard_script", SCRIPT)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("guard_script", loader))
    loader.exec_module(module)
    return module


class Guard(unittest.TestCase):
    def setUp(self):
        self.guard = load()
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.guard.ACCEPTED = os.path.join(self.folder.name, "guard.json")
        self.counts = {"echo": 1000, "ring": 5000}
        self.guard.count = lambda case: self.counts[case]
        self.made_with = {"compiler": "one"}
        self.guard.versions = lambda: self.made_with

    def run_guard(self, accepting=False):
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            code = self.guard.guard(list(self.counts), accepting)
        return code, said.getvalue()

    def test_what_was_accepted_passes(self):
        self.assertEqual(self.run_guard(accepting=True)[0], 0)
        code, said = self.run_guard()
        self.assertEqual(code, 0, said)
        self.assertTrue(said.endswith("2 passed, 0 failed\n"), said)

    def test_a_tenth_more_fails(self):
        self.run_guard(accepting=True)
        self.counts["ring"] = 5500
        code, said = self.run_guard()
        self.assertEqual(code, 1)
        self.assertRegex(said, r"ring .*\+10\.00 %  TOO MANY")
        self.assertTrue(said.endswith("1 passed, 1 failed\n"), said)

    def test_the_limit_is_three_in_a_hundred(self):
        self.run_guard(accepting=True)
        self.counts["echo"] = 1030
        self.assertEqual(self.run_guard()[0], 0)
        self.counts["echo"] = 1031
        self.assertEqual(self.run_guard()[0], 1)

    def test_small_steps_do_not_add_up(self):
        """Nothing but --accept moves what is compared with."""
        self.run_guard(accepting=True)
        codes = []
        for self.counts["echo"] in (1020, 1029, 1040):
            codes.append(self.run_guard()[0])
        self.assertEqual(codes, [0, 0, 1])

    def test_a_case_without_an_accepted_count_fails(self):
        self.run_guard(accepting=True)
        self.counts["new"] = 7
        code, said = self.run_guard()
        self.assertEqual(code, 1)
        self.assertIn("no accepted count", said)

    def test_fewer_pass_and_are_to_be_accepted(self):
        self.run_guard(accepting=True)
        self.counts["echo"] = 900
        code, said = self.run_guard()
        self.assertEqual(code, 0)
        self.assertIn("tools/guard --accept", said)

    def test_accepting_one_keeps_the_others(self):
        self.run_guard(accepting=True)
        self.counts = {"echo": 1500}
        self.run_guard(accepting=True)
        with open(self.guard.ACCEPTED, encoding="utf-8") as file:
            self.assertEqual(json.load(file)["instructions"], {"echo": 1500, "ring": 5000})

    def test_another_compiler_is_named_when_it_fails(self):
        self.run_guard(accepting=True)
        self.counts["echo"] = 2000
        self.made_with = {"compiler": "another"}
        said = self.run_guard()[1]
        self.assertIn("another", said)
        self.assertIn("one", said)

    def test_a_reader_of_the_first_line_may_go(self):
        guard = os.path.abspath(SCRIPT)
        for _ in range(20):  # the writer may be done before the reader has gone
            shell = subprocess.run(f"{guard} --help | true", shell=True, capture_output=True, check=False)
            self.assertEqual(shell.stderr, b"")

    def test_nothing_counted_is_no_pass(self):
        self.counts = {}
        self.assertEqual(self.run_guard()[0], 1)

    def test_what_can_not_be_counted_is_said(self):
        script = load()
        said = io.StringIO()
        with contextlib.redirect_stderr(said):
            script.PROGRAM = "build/nowhere"
            self.assertEqual(script.main(["--no-build"]), 1)
            self.assertEqual(script.main(["--acept"]), 2)
        self.assertIn("build/nowhere", said.getvalue())
        self.assertIn("--acept", said.getvalue())

    def test_the_file_that_people_review_has_counts(self):
        with open(COMMITTED, encoding="utf-8") as file:
            counts = json.load(file)["instructions"]
        self.assertGreater(min(counts.values()), 0)
        self.assertLessEqual({"echo", "ring", "commit", "broadcast", "parser", "sim-3d"}, set(counts))


if __name__ == "__main__":
    unittest.main()
