#!/usr/bin/env python3
"""What --sync costs: replies to broadcasts of one client, with so many of them in flight.

Usage: sync_benchmark.py [--rounds N] [--in DIR] [HEARSAY_NODE]

The state directories are made in DIR (the current folder): its disk is what is measured. Prints the
median of the rounds (3). The client is a Python program too: with many in flight it is the limit.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

POLICIES = ("none", "1000", "10", "commit")
CASES = ((1, 1_000), (64, 20_000), (1_000, 40_000))  # in flight, requests


def request(kind, number, **fields):
    body = {"type": kind, "msg_id": number, **fields}
    return (json.dumps({"src": "c1", "dest": "n1", "body": body}) + "\n").encode()


class Node:
    def __init__(self, program, policy, folder):
        self.process = subprocess.Popen(
            [program, "--gossip=flood", "--state-dir=" + folder, "--sync=" + policy],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.say(request("init", 1, node_id="n1", node_ids=["n1"]))
        self.process.stdout.readline()

    def say(self, lines):
        self.process.stdin.write(lines)
        self.process.stdin.flush()

    def answered(self):
        return json.loads(self.process.stdout.readline())["body"]["in_reply_to"]

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def measure(program, policy, in_flight, count, parent):
    """Replies a second, and p50 and p99 in ms."""
    with tempfile.TemporaryDirectory(dir=parent) as folder:
        node = Node(program, policy, folder)
        sent = {}
        took = []
        began = time.monotonic()
        while len(took) < count:
            lines = b""
            while len(sent) < count and len(sent) - len(took) < in_flight:
                number = len(sent) + 2
                lines += request("broadcast", number, message=number)
                sent[number] = time.monotonic()
            if lines:
                node.say(lines)
            number = node.answered()
            took.append(time.monotonic() - sent[number])
        seconds = time.monotonic() - began
        node.end()
    took.sort()
    return count / seconds, 1e3 * took[count // 2], 1e3 * took[count * 99 // 100]


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--in", dest="parent", default=os.getcwd())
    parser.add_argument("program", nargs="?", default="build/bin/hearsay-node")
    given = parser.parse_args()
    print("in flight  --sync  replies/s  p50 ms  p99 ms")
    for in_flight, count in CASES:
        results = {policy: [] for policy in POLICIES}
        for _ in range(given.rounds):
            for policy in POLICIES:
                results[policy].append(
                    measure(given.program, policy, in_flight, count, given.parent))
        for policy, runs in results.items():
            rate, middle, late = map(statistics.median, zip(*runs))
            print(f"{in_flight:9}  {policy:>6}  {rate:9.0f}  {middle:6.2f}  {late:6.2f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
