#!/usr/bin/env python3
"""What many values cost a node: recovery, memory, journal, reads.

Usage: growth_benchmark.py [--values N] [--rounds N] [HEARSAY_NODE...]

One node gets N broadcasts (1,000,000). Then its worker is killed (from its death to ready, as the
trace says), and the values are read, each so many times (7): medians. Of memory that of the worker
alone, and what is mapped of the journal, in bytes a value; the text of a value is 7 of them, comma
included, if there are a million. Several programs take turns.
"""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time


def request(kind, number, **fields):
    body = {"type": kind, "msg_id": number, **fields}
    return (json.dumps({"src": "c1", "dest": "n1", "body": body}) + "\n").encode()


class Node:
    def __init__(self, program, trace):
        self.trace = trace
        self.process = subprocess.Popen(
            [program, "--trace-file=" + trace],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.ask(request("init", 1, node_id="n1", node_ids=["n1"]))

    def ask(self, line):
        self.process.stdin.write(line)
        self.process.stdin.flush()
        return self.process.stdout.readline()

    def events(self, name):
        with open(self.trace) as lines:
            return [event for event in map(json.loads, lines) if event["event"] == name]

    def broadcast(self, values):
        for first in range(0, values, 500):
            lines = [request("broadcast", 2 + value, message=value)
                     for value in range(first, min(values, first + 500))]
            self.process.stdin.write(b"".join(lines))
            self.process.stdin.flush()
            for _ in lines:
                self.process.stdout.readline()

    def worker(self):
        return self.events("worker_ready")[-1]["worker_pid"]

    def kill_worker(self):
        """In ms: the outage, the recovery's part of it, and what the new worker was on a CPU."""
        before = len(self.events("worker_ready"))
        os.kill(self.worker(), signal.SIGKILL)
        while len(self.events("worker_ready")) == before:
            time.sleep(0.01)
        with open(f"/proc/{self.worker()}/schedstat") as words:
            busy_ns = int(words.read().split()[0])
        return (self.events("worker_ready")[-1]["outage_ns"] / 1e6,
                self.events("worker_recovered")[-1]["duration_ns"] / 1e6, busy_ns / 1e6)

    def journal_bytes(self):
        return self.events("worker_recovered")[-1]["bytes"]

    def memory_bytes(self):
        """Private to the worker, and mapped of files."""
        kib = {}
        with open(f"/proc/{self.worker()}/smaps_rollup") as lines:
            for line in lines:
                name, _, rest = line.partition(":")
                kib[name] = int(rest.split()[0]) if rest.split()[-1:] == ["kB"] else 0
        return 1024 * kib["Pss_Anon"], 1024 * kib["Rss"]

    def read(self):
        """Milliseconds, and bytes of the answer."""
        began = time.monotonic()
        answer = self.ask(request("read", 1))
        return 1e3 * (time.monotonic() - began), len(answer)

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def measure(program, values, times):
    with tempfile.TemporaryDirectory() as folder:
        node = Node(program, os.path.join(folder, "trace"))
        began = time.monotonic()
        node.broadcast(values)
        took = time.monotonic() - began
        grown, _ = node.memory_bytes()
        kills = []
        for _ in range(times):
            kills.append(node.kill_worker())
            time.sleep(1.5)  # the next death is not one of many
        recovered, mapped = node.memory_bytes()
        reads = [node.read()[0] for _ in range(times)]
        answer = node.read()[1]
        result = {
            "us a broadcast": 1e6 * took / values,
            "outage ms": statistics.median(kill[0] for kill in kills),
            "of it recovery": statistics.median(kill[1] for kill in kills),
            "its CPU ms": statistics.median(kill[2] for kill in kills),
            "journal B/value": node.journal_bytes() / values,
            "memory B/value": grown / values,
            "recovered": recovered / values,
            "with files": mapped / values,
            "text": answer / values,
            "first read ms": reads[0],
            "read ms": statistics.median(reads),
        }
        node.end()
        return result


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--values", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--times", type=int, default=7)
    parser.add_argument("programs", nargs="*", default=["build/bin/hearsay-node"])
    given = parser.parse_args()
    results = {program: [] for program in given.programs}
    for _ in range(given.rounds):
        for program in given.programs:
            results[program].append(measure(program, given.values, given.times))
    for program, runs in results.items():
        print(program)
        for name in runs[0]:
            print(f"  {name:16} {statistics.median(run[name] for run in runs):10.2f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
