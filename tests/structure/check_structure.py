#!/usr/bin/env python3
"""Checks the house rules that a compiler does not see. Usage: check_structure.py [REPOSITORY]

Prints one line a finding, "FILE[:LINE]: what is wrong"; exit code 1 if there are any, 2 for wrong
usage. The rules are the tables below.
"""

import os
import re
import sys
from collections import namedtuple

COMMON = {"common/base", "common/options", "common/protocol", "common/recording", "common/shm",
          "common/trace"}
PURE = {"worker/core", "worker/gossip", "worker/services"}
EXPERIMENT = {"tools/experiment/" + room
              for room in ("clients", "faults", "network", "recorded", "services", "time",
                           "verdict")}
BENCH = EXPERIMENT | {"tools/experiment", "tools/console", "tools/page", "tools/report",
                      "tools/processes"}

# Which folders a folder's files may include, besides their own. A folder is covered by its longest
# prefix here. Tests may include anything.
MAY_INCLUDE = {
    "common/base": set(),
    "common/protocol": {"common/base"},
    "common/shm": {"common/base"},
    "common/recording": {"common/base", "common/protocol", "common/shm"},
    "common/trace": {"common/base"},
    "common/options": {"common/base", "common/trace"},
    "worker/core": {"common/base", "common/options", "common/protocol", "common/trace"},
    "worker/gossip": {"common/base", "common/options", "common/protocol", "common/trace",
                      "worker/core"},
    "worker/services": {"common/base", "common/options", "common/protocol", "common/trace",
                        "worker/core", "worker/gossip"},
    "worker": COMMON | PURE,
    "supervisor": COMMON,
    "tools/experiment/time": {"common/base"},
    "tools/experiment/network": {"common/base", "common/protocol", "tools/experiment/time"},
    "tools/experiment/services": {"common/protocol", "tools/experiment/network",
                                  "tools/experiment/time"},
    "tools/experiment/verdict": {"common/base", "tools/experiment/network"},
    "tools/experiment/recorded": {"common/base", "tools/experiment/network",
                                  "tools/experiment/verdict"},
    "tools/experiment/clients": {"common/base", "common/protocol", "tools/experiment/network",
                                 "tools/experiment/time", "tools/experiment/verdict"},
    "tools/experiment/faults": {"common/base", "tools/experiment/network", "tools/experiment/time",
                                "tools/experiment/verdict"},
    "tools/experiment": {"common/base"} | EXPERIMENT,
    "tools/console": COMMON | EXPERIMENT | {"tools/experiment"},
    "tools/page": COMMON | EXPERIMENT | {"tools/experiment", "tools/console"},
    "tools/report": COMMON | EXPERIMENT | {"tools/experiment", "tools/console", "tools/page"},
    "tools/processes": COMMON | BENCH - {"tools/processes"},
    "tools/sim": COMMON | PURE | BENCH,
    "tools/bus": COMMON,
    "tools/check": COMMON | BENCH,
    "tools/cluster": COMMON | BENCH | {"tools/bus"},
    "tools/compare": COMMON | BENCH | {"tools/sim"},
    "tools/challenges": COMMON | BENCH | {"tools/sim"},
    "tools/drill": COMMON | BENCH,
    "tools/replay": COMMON | PURE | BENCH,
    "tools/serve": COMMON | BENCH,
    "tools/trace": COMMON | BENCH,
    "tools/bench": COMMON | BENCH,
    "tools/benchmarks": COMMON | PURE | BENCH | {"supervisor", "tools/sim", "tools/trace", "worker"},
    "tools": COMMON | BENCH | {"tools/bench", "tools/challenges", "tools/check", "tools/cluster",
                               "tools/compare", "tools/drill", "tools/replay", "tools/serve", "tools/sim",
                               "tools/trace"},
}

# The pure folders run in the simulator too: they reach no operating system, no clock, no chance, no
# log, neither directly nor through a header of ours. What a run is knows none of these either, but
# draws from seeds. Angle-bracket includes of them:
PURE_LIBRARIES = ("fmt/", "nlohmann/")
IMPURE_STANDARD_HEADERS = {
    "atomic", "chrono", "condition_variable", "csetjmp", "csignal", "cstdio", "ctime", "filesystem",
    "fstream", "future", "iostream", "mutex", "random", "semaphore", "shared_mutex", "stop_token",
    "syncstream", "system_error", "thread",
}
SEEDED_ONLY = EXPERIMENT | {"tools/experiment"}  # of the above may include <random>
IMPURE_HEADERS_OF_OURS = {"common/base/clock.h"}
IMPURE_CALL = re.compile(r"\b(?:(?:monotonic_ns|wall_ns|getenv|rand|time|clock)(?=\s*\()|random_device\b)")

# Atomics live where the memory order is explained. What else may hold one, and why:
ATOMICS_FOLDER = "common/shm"
ATOMICS_ELSEWHERE = {
    "tools/benchmarks/peers": "threads and processes that measure",
    "worker/duty_cycle.cpp": "tells the segment what it is at: the running position, that it commits",
}
ATOMIC = re.compile(r"<atomic>|\batomic_\w+|\bstd::atomic\b|\b__(atomic|sync)_\w+")

# kill(-1) signals every process: tests ask a function that refuses it.
SIGNALS_FILE = "tests/support/send_signal.h"
SIGNAL = re.compile(r"::kill\(|\bkillpg\(")

MAX_LINES = 500
SOURCE_SUFFIXES = (".cpp", ".h", ".py")
INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)')

# `ours`: in quotation marks, a file of the repository.
Include = namedtuple("Include", "line name ours")


def list_sources(root):
    """Paths of all sources below `root`, relative to it, sorted."""
    sources = []
    for folder, subfolders, files in os.walk(root):
        if folder == root:
            subfolders[:] = [name for name in subfolders
                             if not name.startswith((".", "build")) and name != "store"]
        subfolders[:] = [name for name in subfolders if name != "__pycache__"]
        sources += [os.path.relpath(os.path.join(folder, name), root)
                    for name in files if name.endswith(SOURCE_SUFFIXES)]
    return sorted(sources)


def folder_of(path):
    """The entry of MAY_INCLUDE that covers `path`, or None."""
    folder = os.path.dirname(path)
    while folder and folder not in MAY_INCLUDE:
        folder = os.path.dirname(folder)
    return folder or None


class Tree:
    """The sources of one repository, read once."""

    def __init__(self, root):
        self.root = root
        self.lines = {}
        self.includes = {}
        for path in list_sources(root):
            with open(os.path.join(root, path), encoding="utf-8") as file:
                self.lines[path] = file.read().splitlines()
            if path.endswith((".cpp", ".h")):
                self.includes[path] = self.find_includes(path)

    def find_includes(self, path):
        found = []
        for number, line in enumerate(self.lines[path], 1):
            match = INCLUDE.match(line)
            if match:
                found.append(Include(number, match[1] or match[2], match[1] is not None))
        return found


def is_test(path):
    return path.startswith("tests/")


def check_arrows(tree):
    for path, includes in tree.includes.items():
        if is_test(path):
            continue
        folder = folder_of(path)
        if folder is None:
            yield f"{path}: its folder has no entry in MAY_INCLUDE of tests/structure"
            continue
        for include in includes:
            if not include.ours:
                continue
            target = folder_of(include.name)
            if include.name not in tree.lines:
                yield (f'{path}:{include.line}: "{include.name}" is no file here; includes start at '
                       "the top of the repository")
            elif target != folder and target not in MAY_INCLUDE[folder]:
                yield f'{path}:{include.line}: {folder} may not include "{include.name}"'


def is_pure_header(name, seeded):
    if "/" in name:
        return name.startswith(PURE_LIBRARIES)
    if seeded and name == "random":
        return True
    return not name.endswith(".h") and name not in IMPURE_STANDARD_HEADERS


def find_impure_header(tree, path, seeded, seen):
    """How `path` reaches a header that is not pure: the chain of includes, or None."""
    seen.add(path)
    for include in tree.includes.get(path, ()):
        if include.name in IMPURE_HEADERS_OF_OURS:
            return [f"{path}:{include.line}", include.name]
        if not include.ours:
            if not is_pure_header(include.name, seeded):
                return [f"{path}:{include.line}", f"<{include.name}>"]
        elif include.name not in seen:
            chain = find_impure_header(tree, include.name, seeded, seen)
            if chain:
                return [f"{path}:{include.line}"] + chain
    return None


def check_purity(tree):
    for path in tree.includes:
        if folder_of(path) not in PURE | SEEDED_ONLY:
            continue
        chain = find_impure_header(tree, path, folder_of(path) in SEEDED_ONLY, set())
        if chain:
            yield (f"{chain[0]}: {folder_of(path)} is pure, but reaches {chain[-1]}"
                   + (f" through {' -> '.join(chain[1:-1])}" if len(chain) > 2 else ""))
        for number, line in enumerate(tree.lines[path], 1):
            call = IMPURE_CALL.search(line.split("//")[0])
            if call:
                yield f"{path}:{number}: {folder_of(path)} is pure, but uses {call[0]}"


def check_atomics(tree):
    for path in tree.includes:
        places = {path, os.path.dirname(path)}
        if is_test(path) or folder_of(path) == ATOMICS_FOLDER or places & ATOMICS_ELSEWHERE.keys():
            continue
        for number, line in enumerate(tree.lines[path], 1):
            if ATOMIC.search(line.split("//")[0]):
                yield f"{path}:{number}: atomics belong into {ATOMICS_FOLDER}"


def check_readmes(tree):
    for folder in sorted({os.path.dirname(path) for path in tree.lines}):
        candidates = [folder]
        while is_test(candidates[-1]):
            candidates.append(os.path.dirname(candidates[-1]))
        if not any(os.path.isfile(os.path.join(tree.root, candidate, "README.md"))
                   for candidate in candidates):
            yield f"{folder}: has sources, but no README.md"


def check_signals(tree):
    for path in tree.includes:
        if not is_test(path) or path == SIGNALS_FILE:
            continue
        for number, line in enumerate(tree.lines[path], 1):
            if SIGNAL.search(line.split("//")[0]):
                yield f"{path}:{number}: tests signal through {SIGNALS_FILE}"


def check_lengths(tree):
    for path, lines in tree.lines.items():
        if len(lines) > MAX_LINES:
            yield f"{path}: {len(lines)} lines, more than {MAX_LINES}"


def find_all(root):
    tree = Tree(root)
    if not tree.lines:
        return [f"{root}: no sources here"]
    checks = (check_arrows, check_purity, check_atomics, check_readmes, check_signals,
              check_lengths)
    return [finding for check in checks for finding in check(tree)]


def main(arguments):
    if len(arguments) > 1 or any(argument.startswith("-") for argument in arguments):
        print(__doc__)
        return 0 if arguments in (["--help"], ["-h"]) else 2
    here = os.path.dirname(os.path.abspath(__file__))
    findings = find_all(arguments[0] if arguments else os.path.join(here, "..", ".."))
    for finding in findings:
        print(finding)
    print(f"{len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
