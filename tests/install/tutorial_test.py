#!/usr/bin/env python3
"""Follows the tutorial of worker/services/README.md word by word, with the installed package only.

Usage: tutorial_test.py BUILD_DIRECTORY. Installs what was built there into a temporary folder, writes
the files that the tutorial shows into another one, and runs its commands.
"""

import os
import re
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
TUTORIAL = os.path.join(HERE, "..", "..", "worker", "services", "README.md")
FILES = {"cpp": "tickets.cpp", "cmake": "CMakeLists.txt", "json": "lines.jsonl"}
BUILD = None


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def blocks():
    """(language, text) of each fenced block, in order."""
    return re.findall(r"^```(\w+)\n(.*?)^```$", read(TUTORIAL), re.MULTILINE | re.DOTALL)


def shown_files():
    """What the reader has typed in the end, by file name."""
    files = {}
    for language, text in blocks():
        if language in FILES:
            name = FILES[language]
            files[name] = files[name] + "\n" + text if name in files else text
    return files


class Tutorial(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="hearsay-tutorial-")
        cls.installed = os.path.join(cls.folder.name, "usr")
        subprocess.run(["cmake", "--install", BUILD, "--prefix", cls.installed], check=True,
                       stdout=subprocess.DEVNULL)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def shell(self, folder, command, good=True):
        environment = {"PATH": os.path.join(self.installed, "bin") + ":/usr/bin:/bin",
                       "CMAKE_PREFIX_PATH": self.installed, "HOME": folder,
                       "CMAKE_GENERATOR": "Ninja"}
        done = subprocess.run(["bash", "-e", "-c", command], cwd=folder, env=environment, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        self.assertEqual(done.returncode == 0, good, f"{command}\n{done.stdout}")
        return done.stdout

    def write(self, name, files):
        folder = os.path.join(self.folder.name, name)
        os.mkdir(folder)
        for file, text in files.items():
            with open(os.path.join(folder, file), "w", encoding="utf-8") as out:
                out.write(text)
        return folder

    def test_the_page_shows_the_files_that_are_tested(self):
        for name, text in shown_files().items():
            self.assertEqual(text, read(os.path.join(HERE, "tickets", name)), name)

    def test_word_by_word(self):
        folder = self.write("tickets", {})
        said = ""
        typed = {}
        for language, text in blocks():
            if language in FILES:
                name = FILES[language]
                typed[name] = typed[name] + "\n" + text if name in typed else text
                with open(os.path.join(folder, name), "w", encoding="utf-8") as out:
                    out.write(typed[name])
            elif language == "sh":
                said += self.shell(folder, text)
        self.assertRegex(said, r'"generate_ok","in_reply_to":1,"id":"n1-\d+-1"')
        self.assertRegex(said, r'"generate_ok","in_reply_to":2,"id":"n1-\d+-2"')
        self.assertIn('"code":10', said)
        self.assertIn("Valid", said)
        self.assertRegex(said, r"workers killed +\d+")
        self.assertIn("50 seeds, no violation", said)

    def test_without_the_incarnation_the_simulator_finds_it(self):
        files = shown_files()
        broken = files["tickets.cpp"].replace(
            'std::to_string(context.incarnation()) + "-" + ', "")
        self.assertNotEqual(broken, files["tickets.cpp"])
        folder = self.write("broken", {**files, "tickets.cpp": broken})
        self.shell(folder, "cmake -S . -B build && cmake --build build --target tickets-sim")
        said = self.shell(folder, "build/tickets-sim sim --seeds 1..50", good=False)
        self.assertIn("ids twice", said)
        self.assertIn("Repeat it: tickets-sim sim --seeds ", said)

    def test_headers_speak_for_themselves(self):
        """Each public header compiles alone, and needs no library."""
        include = os.path.join(self.installed, "include")
        for folder, _, names in os.walk(include):
            for name in names:
                header = os.path.relpath(os.path.join(folder, name), include)
                self.shell(self.folder.name,
                           f"echo '#include <{header}>' | g++ -std=c++20 -fsyntax-only -x c++ "
                           f"-Wall -Werror -I {include} -")
                text = read(os.path.join(folder, name))
                self.assertNotRegex(text, r"#include <(nlohmann|fmt|spdlog|CLI|boost)", header)


if __name__ == "__main__":
    BUILD = sys.argv.pop(1)
    unittest.main()
