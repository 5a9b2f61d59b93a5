#!/usr/bin/env python3
"""Runs every example of every --help and every README, in a short variant.

Usage: examples_test.py BIN_FOLDER REPOSITORY

An example is a command line of `hearsay`, or of `maelstrom test` (whose flags `hearsay test` takes).
Times and sizes are cut down by rules, so that a new example needs nothing here. Each must end with
a verdict: exit code 0 or 1.
"""
import os
import re
import shlex
import subprocess
import sys
import tempfile

REPLAY = "replay"  # of the run that was recorded for them, too
COMMANDS = ("test", "sim", "compare", "challenges", "drill")
TRACE_COMMANDS = ("summary", "log", "value", "message", "crash", "check", "export")
LIMIT_S = 120


def helps(bin_folder):
    for arguments in (["hearsay", "--help"], *(["hearsay", name, "--help"] for name in COMMANDS),
                      ["hearsay", "trace", "--help"], ["hearsay", REPLAY, "--help"],
                      *(["hearsay", "trace", name, "--help"] for name in TRACE_COMMANDS),
                      ["hearsay-node", "--help"]):
        answer = subprocess.run([os.path.join(bin_folder, arguments[0]), *arguments[1:]],
                                capture_output=True, text=True, check=True, timeout=LIMIT_S)
        yield " ".join(arguments), answer.stdout


def readmes(repository):
    for folder, subfolders, files in os.walk(repository):
        subfolders[:] = [name for name in subfolders
                         if not name.startswith((".", "build", "store"))]
        for name in files:
            if name.endswith(".md"):
                path = os.path.join(folder, name)
                with open(path, encoding="utf-8") as file:
                    yield os.path.relpath(path, repository), file.read()


def find_examples(text):
    """Command lines: indented ones, and those behind "Example:"."""
    text = text.replace("\\\n", " ")
    for line in text.splitlines():
        match = re.match(r"(?:Example:| {4})\s*((?:build/bin/)?hearsay |maelstrom test )(.*)", line)
        if match:
            yield (match[1] + match[2]).strip()


def cut(words, option, limit):
    """Lowers a number that is given."""
    if option in words[:-1]:
        at = words.index(option) + 1
        if float(words[at]) > limit:
            words[at] = str(limit)


# What runs a workload where an example has a node of one's own; else direct.py does.
NODES = {"kafka": "kafka.py", "lin-kv": "store.py", "txn-list-append": "store.py",
         "txn-rw-register": "store.py"}


def add(words, *more):
    """More options, before what belongs to the node."""
    at = words.index("--") if "--" in words else len(words)
    words[at:at] = more


def shorten(example, folder):
    words = shlex.split(example, comments=True)
    words[0] = "hearsay"
    kind = words[1]
    if kind == "trace":  # of the run that was recorded for them
        return None if "--follow" in words else words
    if kind == REPLAY:
        words[2:] = [word.replace("c3:5", "1") for word in words[2:]]
        return None if "--gdb" in words or "--step" in words else words
    if kind not in COMMANDS or "--bus" in words:  # a bus has tests of its own (cluster/)
        return None
    if kind == "challenges" and "--bin" not in words and "--sim" not in words:
        add(words, "--sim")
    if kind == "test" and "--challenge" in words:  # has its own times
        words[1] = kind = "sim"
    cut(words, "--time-limit", 1)
    cut(words, "--node-count", 200 if kind == "sim" else 5)
    cut(words, "--rate", 100)
    alone = kind == "sim" and ("--seeds" in words or "--scenario" in words)
    has_own = alone or "--challenge" in words
    if kind in ("test", "sim") and "--rate" not in words and not has_own:
        add(words, "--rate", "50")  # in a second, five operations are now and then too few to judge
    cut(words, "--linger-ms", 100)
    if kind == "drill":
        if "--kills" not in words:
            add(words, "--kills", "20")
        cut(words, "--kills", 20)
        cut(words, "--values", 200)
        if "--every" in words:
            words[words.index("--every") + 1] = "50ms"
    if "--seeds" in words:
        at = words.index("--seeds") + 1
        words[at] = re.sub(r"(\d+)\.\.\d+", lambda match: f"{match[1]}..{int(match[1]) + 5}",
                           words[at])
    if kind == "compare":
        add(words, "--no-plots")
    if not alone:
        add(words, "--store", os.path.join(folder, "other-store"))
    if not alone and kind != "challenges" and "--challenge" not in words:  # which have their own
        if "--recovery" not in words:
            add(words, "--recovery", "0.5")
        if "--time-limit" not in words and kind != "drill":
            # Nodes that are killed in the first second may have shown nothing in it.
            add(words, "--time-limit", "3" if "--kill-interval" in words else "1")
    if kind == "compare" and "--node-count" not in words:
        add(words, "--node-count", "5")
    for i, word in enumerate(words):
        if word in ("./my-node.py", "tests/tools/nodes/NODE.py"):
            workload = words[words.index("-w") + 1] if "-w" in words else ""
            words[i] = "tests/tools/nodes/" + NODES.get(workload, "direct.py")
        if words[i - 1] == "--state-dir":
            words[i] = os.path.join(folder, "state")
    return words


def run(words, folder, bin_folder):
    environment = dict(os.environ, PATH=bin_folder + ":" + os.environ["PATH"],
                       PYTHONDONTWRITEBYTECODE="1")
    return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True,
                          timeout=LIMIT_S, check=False)


def record_run(folder, bin_folder):
    """What the examples of `hearsay trace` look at, in store/latest: values, requests, deaths."""
    words = shlex.split("hearsay test -w broadcast --node-count 3 --rate 20 --time-limit 2 "
                        "--recovery 1 --nemesis kill-worker --kill-worker-interval 0.3 --no-page --record "
                        "-- --trace-level trace")
    done = run(words, folder, bin_folder)
    if done.returncode != 0:
        sys.exit(f"no run to look at: {done.stdout}{done.stderr}")


def main(bin_folder, repository):
    examples = {}
    helped = set()
    for source, text in (*helps(bin_folder), *readmes(repository)):
        for example in find_examples(text):
            examples.setdefault(example, source)
            if source.startswith("hearsay "):
                helped.add(source)
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(os.path.join(folder, "build"))
        os.symlink(bin_folder, os.path.join(folder, "build", "bin"))
        os.symlink(os.path.join(repository, "tests"), os.path.join(folder, "tests"))
        record_run(folder, bin_folder)
        done_before = []
        for example, source in examples.items():
            words = shorten(example, folder)
            if words is None or words in done_before:
                continue
            done_before.append(words)
            done = run(words, folder, bin_folder)
            print(done.returncode, source, shlex.join(words), sep="  ", flush=True)
            if done.returncode not in (0, 1):
                failures.append(f"{source}: {example}\n{done.stdout}{done.stderr}")
    for failure in failures:
        print("FAILED", failure)
    missing = {f"hearsay {name} --help" for name in COMMANDS} - helped
    missing |= {f"hearsay trace {name} --help" for name in TRACE_COMMANDS} - helped
    for source in sorted(missing):
        print("FAILED", source, "shows no example")
    return 1 if failures or missing or len(done_before) < 10 else 0


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])))
