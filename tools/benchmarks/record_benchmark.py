#!/usr/bin/env python3
"""What recording costs: echoes a second through a whole node, with and without --record.

Usage: record_benchmark.py [--lines N] [--rounds N] [HEARSAY_NODE]

Pipes N requests (200,000) through the node as fast as it takes them, with and without a recording in
turn, in each of the rounds (7). Prints the medians, their ratio, and the recording's bytes a message.
"""

import argparse
import glob
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time

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


def recorded(program, requests, count):
    """Echoes a second, and bytes of the recording an echo."""
    with tempfile.TemporaryDirectory(prefix="hearsay-record-") as folder:
        rate = echoes_a_second(program, ["--record", folder, "--record-limit-mib", "4096"],
                               requests, count)
        files = glob.glob(os.path.join(folder, "*.recording"))
        return rate, sum(os.path.getsize(file) for file in files) / count


def main():
    beside = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
    parser = argparse.ArgumentParser(usage=__doc__.split("Usage: ")[1].split("\n")[0])
    parser.add_argument("--lines", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("program", nargs="?",
                        default=os.path.join(beside, "build", "bin", "hearsay-node"))
    options = parser.parse_args()
    requests = make_requests(options.lines)
    without, with_it, size = [], [], []
    for _ in range(options.rounds):
        without.append(echoes_a_second(options.program, [], requests, options.lines))
        rate, bytes_a_message = recorded(options.program, requests, options.lines)
        with_it.append(rate)
        size.append(bytes_a_message)
    plain, recording = statistics.median(without), statistics.median(with_it)
    print(f"without   {plain:9,.0f} echoes/s")
    print(f"--record  {recording:9,.0f} echoes/s  {recording / plain:.2f} of it")
    print(f"{statistics.median(size):.0f} bytes an echo, of {len(requests) / options.lines:.0f} "
          "bytes a request")


if __name__ == "__main__":
    main()
