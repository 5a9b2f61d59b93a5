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
import tempfile

from trace_benchmark import echoes_a_second, make_requests


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
