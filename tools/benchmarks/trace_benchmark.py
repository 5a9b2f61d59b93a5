#!/usr/bin/env python3
"""What tracing costs: echoes a second through a whole node, by trace level.

Usage: trace_benchmark.py [--lines N] [--rounds N] [HEARSAY_NODE]

Pipes N requests (100,000) through the node as fast as it takes them, with its trace in a file, once
for each level in each round (8): levels take turns, so that a busy machine is busy for all of them.
Prints of each level the median of the rounds and its ratio to "off".
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time

LEVELS = ("off", "info", "debug", "trace")
INIT = b'{"src":"c0","dest":"n1","body":{"type":"init","msg_id":1,"node_id":"n1","node_ids":["n1"]}}\n'


def make_requests(count):
    return b"".join(b'{"src":"c1","dest":"n1","body":{"type":"echo","msg_id":%d,'
                    b'"echo":"Please echo %d"}}\n' % (number, number) for number in range(count))


def echoes_a_second(program, arguments, requests, count):
    with tempfile.NamedTemporaryFile(prefix="hearsay-trace-") as trace:
        node = subprocess.Popen([program, *arguments], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, stderr=trace)
        node.stdin.write(INIT)
        node.stdin.flush()
        node.stdout.readline()
        began = time.monotonic()
        writer = threading.Thread(target=lambda: (node.stdin.write(requests), node.stdin.close()))
        writer.start()
        answers = 0
        while chunk := os.read(node.stdout.fileno(), 1 << 20):
            answers += chunk.count(b"\n")
        took = time.monotonic() - began
        writer.join()
        if node.wait() != 0 or answers != count:
            sys.exit(f"{answers} of {count} answers, exit code {node.returncode}")
    return count / took


def main():
    beside = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    parser = argparse.ArgumentParser(usage=__doc__.split("Usage: ")[1].split("\n")[0])
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("program", nargs="?",
                        default=os.path.join(beside, "build", "bin", "hearsay-node"))
    options = parser.parse_args()
    requests = make_requests(options.lines)
    rates = {level: [] for level in LEVELS}
    for number in range(options.rounds):
        # Each level comes at each place of a round: what ran before leaves its writes to the disk.
        for level in LEVELS[number % 4:] + LEVELS[:number % 4]:
            rates[level].append(
                echoes_a_second(options.program, ["--trace-level=" + level], requests,
                                options.lines))
    off = statistics.median(rates["off"])
    for level in LEVELS:
        median = statistics.median(rates[level])
        print(f"{level:5}  {median:9,.0f} echoes/s  {median / off:.2f} of off")


if __name__ == "__main__":
    main()
