#!/usr/bin/env python3
"""Has spin search the models, whole, and their mutants. Usage: run_models.py [TEST...].

TEST: Holds, Mutants, or one of their tests; all if none is named. A model must be free of errors; of
a mutant spin must find the error that is expected. Exit code 77: there is no spin or no gcc here
(tools/setup --for tests installs them).
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))

NOTHING = "nothing"
STUCK = "invalid end state"     # somebody waits for ever
WRONG = "assertion violated"
BUSY = "non-progress cycle"     # a loop that never sleeps

# `defines`: names without the -D. `finds`: what spin is to find. `cycles`: it looks for cycles;
# spin does not look for invalid end states then.
Run = namedtuple("Run", "model defines finds cycles", defaults=[False])

HOLDS = (
    Run("ring", "", NOTHING),
    Run("ring", "", NOTHING, cycles=True),
    Run("node", "KILLS=0 REQUESTS=2", NOTHING),
    Run("node", "INPUTS=2", NOTHING),
    Run("node", "SEQUENTIAL REQUESTS=2", NOTHING),
    Run("node", "SEQUENTIAL", NOTHING, cycles=True),
    Run("commit", "KILLS=3", NOTHING),
    Run("commit", "KILLS=3 BIG=4", NOTHING),
    Run("commit", "", NOTHING, cycles=True),
    Run("hand_over", "", NOTHING),
    Run("hand_over", "LIVES=2 KILLS=2", NOTHING),
    Run("hand_over", "LIVES=2", NOTHING, cycles=True),
)

MUTANTS = (
    Run("ring", "MUTANT_NO_FENCE_OF_SLEEPER", STUCK),
    Run("ring", "MUTANT_NO_FENCE_OF_WAKER", STUCK),
    Run("ring", "MUTANT_NO_SECOND_LOOK", STUCK),
    Run("ring", "MUTANT_LOOK_BEFORE_FLAG", STUCK),
    Run("ring", "MUTANT_RELAXED_TAIL", WRONG),
    Run("ring", "MUTANT_HEAD_BEFORE_READING", WRONG),
    Run("node", "MUTANT_NO_FENCE_OF_SLEEPER KILLS=0", STUCK),
    Run("node", "MUTANT_NO_FENCE_OF_WAKER KILLS=0", STUCK),
    Run("node", "MUTANT_DEAF_TO_ROOM SEQUENTIAL", STUCK),
    Run("node", "MUTANT_NO_DRAINING_WHILE_BLOCKED SEQUENTIAL INPUTS=4 KILLS=0", STUCK),
    Run("node", "MUTANT_LOOKS_AT_A_BLOCKED_OUTPUT SEQUENTIAL KILLS=0", BUSY, cycles=True),
    Run("node", "MUTANT_SUCCESSOR_FORGETS_THE_TAIL SEQUENTIAL", STUCK),
    Run("node", "MUTANT_SUCCESSOR_SHOWS_NOTHING SEQUENTIAL", STUCK),
    Run("node", "MUTANT_HEAD_BEFORE_TAIL SEQUENTIAL", WRONG),
    Run("node", "MUTANT_TAIL_BEFORE_FLIP SEQUENTIAL", WRONG),
    Run("commit", "MUTANT_FLIP_BEFORE_JOURNAL", WRONG),
    Run("commit", "MUTANT_FILL_THE_ACTIVE_SLOT", WRONG),
    Run("commit", "MUTANT_HEAD_BEFORE_TAIL", WRONG),
    Run("commit", "MUTANT_HEAD_BEFORE_FLIP", WRONG),
    Run("commit", "MUTANT_TAIL_BEFORE_FLIP", WRONG),
    Run("commit", "MUTANT_SUCCESSOR_SHOWS_NOTHING", STUCK),
    Run("commit", "MUTANT_RELEASE_WHILE_SPILLED BIG=4", WRONG),
    Run("commit", "MUTANT_CLEAR_SPILL_BEFORE_FLIP", WRONG),
    Run("commit", "MUTANT_CLEAR_BEFORE_FLIP", WRONG),
    Run("commit", "MUTANT_COMPACT_IN_PLACE", WRONG),
    Run("hand_over", "MUTANT_LOCK_NOT_INHERITED", WRONG),
    Run("hand_over", "MUTANT_PREPARE_BEFORE_LOCK", WRONG),
    Run("hand_over", "MUTANT_NO_PARENT_CHECK", STUCK),
    Run("hand_over", "MUTANT_PARENT_CHECK_FIRST", STUCK),
    Run("hand_over", "MUTANT_MAGIC_FIRST", WRONG),
    Run("hand_over", "MUTANT_NEW_LIFE_IN_PLACE", WRONG),
    Run("hand_over", "MUTANT_RINGS_STAY", WRONG),
    Run("hand_over", "MUTANT_STOP_STAYS", WRONG),
    Run("hand_over", "MUTANT_SUCCESSOR_BEFORE_DEATH", WRONG),
)

MOST_MEMORY_MB = 512


def call(folder, *words):
    """Runs a program there and returns what it says."""
    done = subprocess.run(words, cwd=folder, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(words)} failed:\n{done.stdout}")
    return done.stdout


def search(run):
    """What spin finds in a model: NOTHING, or the kind of the first error."""
    defines = ["-D" + name for name in run.defines.split()]
    # Where the states are few, or an error is near, the compiler's work is most of it.
    effort = "-O1" if run.model == "node" and run.finds == NOTHING else "-O0"
    kind = "-DNP" if run.cycles else "-DSAFETY"
    with tempfile.TemporaryDirectory() as folder:
        call(folder, "spin", *defines, "-a", os.path.join(HERE, run.model + ".pml"))
        call(folder, "gcc", effort, "-w", kind, f"-DMEMLIM={MOST_MEMORY_MB}", "-o", "pan", "pan.c")
        said = call(folder, "./pan", "-n", "-w22", *(["-l"] if run.cycles else []))
    return what_was_found(said)


def what_was_found(said):
    """Reads what a search says. A search that was not whole has found nothing out."""
    errors = re.search(r"errors: (\d+)", said)
    whole = "max search depth too small" not in said and "MEMLIM" not in said \
        and "out of memory" not in said
    if errors and errors[1] == "0" and whole:
        return NOTHING
    found = re.search(rf"^pan:1: ({STUCK}|{WRONG}|{BUSY})", said, re.MULTILINE)
    if errors and errors[1] != "0" and found:
        return found[1]
    raise RuntimeError(f"the search was not whole:\n{said}")


def mutants_in(name):
    """Those in a file, and in the files that it includes."""
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        text = file.read()
    found = set(re.findall(r"MUTANT_\w+", text))
    return found.union(*map(mutants_in, re.findall(r'#include "(.+)"', text)))


class Models(unittest.TestCase):
    def expect(self, runs):
        with ThreadPoolExecutor(max_workers=2) as pool:
            for run, found in zip(runs, pool.map(search, runs)):
                with self.subTest(model=run.model, defines=run.defines, cycles=run.cycles):
                    self.assertEqual(found, run.finds)


class Holds(Models):
    def test_models(self):
        self.expect(HOLDS)


class Mutants(Models):
    def test_mutants(self):
        self.expect(MUTANTS)

    def test_none_is_forgotten(self):
        for model in {run.model for run in HOLDS}:
            with self.subTest(model=model):
                tried = {run.defines.split()[0] for run in MUTANTS if run.model == model}
                self.assertEqual(mutants_in(model + ".pml"), tried)

    def test_a_search_that_ends_early_is_none(self):
        whole = "State-vector 56 byte, depth reached 9, errors: 0\n"
        self.assertEqual(what_was_found(whole), NOTHING)
        for trouble in ("error: max search depth too small\n", "pan: reached -DMEMLIM bound\n"):
            with self.assertRaises(RuntimeError):
                what_was_found(trouble + whole)
        with self.assertRaises(RuntimeError):
            what_was_found("Segmentation fault\n")


if __name__ == "__main__":
    for program in ("spin", "gcc"):
        if shutil.which(program) is None:
            print(f"There is no {program} here: tools/setup --for tests installs it", file=sys.stderr)
            sys.exit(77)
    unittest.main()
