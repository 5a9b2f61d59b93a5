#!/usr/bin/env python3
"""How late Jepsen starts operations, from histories recorded from Maelstrom.

Usage: dispatch_delay.py NAME.history.edn...   (NAME.command.txt stands beside each)

Jepsen draws each gap evenly from 0 to w = 2 / rate and starts the operation a delay d later. A gap
longer than w is therefore seen with probability E[d] / w, whatever the load: counting these gaps
tells E[d] much better than the mean gap does. Histories in which all clients were busy (kafka with
partitions) say nothing and are to be left out.
"""
import re
import sys


def read_option(command, name, default):
    match = re.search(rf"--{name} (\d+)", command)
    return float(match[1]) if match else default


def read_gaps_ms(history, end_ms):
    times = [int(re.search(r":time (\d+)", line)[1]) / 1e6
             for line in history.splitlines()
             if ":type :invoke" in line and ":nemesis" not in line]
    return [later - earlier for earlier, later in zip(times, times[1:]) if later < end_ms]


def main(paths):
    if not paths:
        sys.exit(__doc__)
    long_gaps = 0
    gaps_per_ms = 0.0
    for path in paths:
        with open(path.replace(".history.edn", ".command.txt"), encoding="utf-8") as file:
            command = file.read()
        widest_ms = 2000 / read_option(command, "rate", 5.0)  # Maelstrom's defaults
        end_ms = 1000 * read_option(command, "time-limit", 60.0)
        with open(path, encoding="utf-8") as file:
            gaps = read_gaps_ms(file.read(), end_ms)
        longer = sum(gap > widest_ms for gap in gaps)
        print(f"{path}: {len(gaps)} gaps of at most {widest_ms:.1f} ms, {longer} were longer")
        long_gaps += longer
        gaps_per_ms += len(gaps) / widest_ms
    print(f"mean delay: {long_gaps / gaps_per_ms:.2f} ms "
          f"(standard error {long_gaps ** 0.5 / gaps_per_ms:.2f} ms)")


main(sys.argv[1:])
