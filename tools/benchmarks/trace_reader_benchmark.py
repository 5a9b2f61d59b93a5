#!/usr/bin/env python3
"""How long each command of `hearsay trace` takes, and how fast and in how much memory it reads.

Usage: trace_reader_benchmark.py [--bin FOLDER] [--rounds N] [--megabytes N] [RUN]

Without RUN it records one: challenge 3d at level debug (30 s). Then every command reads that, and
`summary` and `check` read a run of about --megabytes, made of it: one run after the other, times and
positions as they go on. Medians.
"""
import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
CHALLENGE = ("test -w broadcast --node-count 25 --rate 100 --latency 100 --time-limit 20 --no-plots "
             "--store {} -- --trace-level debug")


def record(program, folder):
    store = os.path.join(folder, "store")
    subprocess.run([program, *CHALLENGE.format(store).split()], stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, check=False)
    return os.path.join(store, "latest")


def measure(program, arguments, rounds):
    """Median seconds, median CPU seconds, and the largest peak of memory in MB."""
    walls, cpus, peak_kb = [], [], 0
    for _ in range(rounds):
        begin = time.monotonic()
        process = subprocess.Popen([program, "trace", *arguments], stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        walls.append(time.monotonic() - begin)
        cpus.append(usage.ru_utime + usage.ru_stime)
        peak_kb = max(peak_kb, usage.ru_maxrss)
        if os.waitstatus_to_exitcode(status) > 1:
            sys.exit(f"hearsay trace {' '.join(arguments)} failed")
    return statistics.median(walls), statistics.median(cpus), peak_kb / 1024


def first_text(program, run, event, field):
    """A value or a message that is in the trace."""
    answer = subprocess.run([program, "trace", "log", "--json", "--event", event, "--from", "5", run],
                            capture_output=True, text=True, check=True)
    return re.search(f'"{field}":"([^"]*)"', answer.stdout)[1]


def logs_of(run):
    folder = os.path.join(run, "node-logs")
    return [os.path.join(folder, name) for name in sorted(os.listdir(folder))]


def multiply(run, folder, megabytes):
    """The run again and again, each after the one before."""
    size = sum(os.path.getsize(path) for path in logs_of(run))
    target = os.path.join(folder, "large", "node-logs")
    os.makedirs(target)
    for path in logs_of(run):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        with open(os.path.join(target, os.path.basename(path)), "w", encoding="utf-8") as file:
            for i in range(max(1, round(megabytes * 1e6 / size))):
                moved = re.sub(r'^\{"ts":(\d+)',
                               lambda match, i=i: f'{{"ts":{int(match[1]) + i * 60_000_000_000}',
                               text, flags=re.M)
                file.write(re.sub(r'"value":"(\d+)"', rf'"value":"{i}\1"', moved))
    return os.path.dirname(target)


def show(program, name, arguments, size, rounds):
    wall, cpu, peak = measure(program, arguments, rounds)
    print(f"{name:<22}{wall * 1000:>9.0f}{cpu * 1000:>9.0f}{size / 1e6 / wall:>9.0f}{peak:>9.0f}",
          flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", default=os.path.join(HERE, "..", "..", "build", "bin"))
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--megabytes", type=int, default=250)
    parser.add_argument("run", nargs="?")
    options = parser.parse_args()
    program = os.path.join(options.bin, "hearsay")
    with tempfile.TemporaryDirectory() as folder:
        run = options.run or record(program, folder)
        size = sum(os.path.getsize(path) for path in logs_of(run))
        value = first_text(program, run, "value_learned", "value")
        message = first_text(program, run, "line_read", "message")
        print(f"{size / 1e6:.1f} MB\n{'command':<22}{'ms':>9}{'CPU ms':>9}{'MB/s':>9}{'MB':>9}")
        for name in ("summary", "log", "log --json", f"value {value}", f"message {message}", "crash",
                     "check", "export --perfetto", "export --shiviz",
                     "export --svg --from 5 --to 8"):
            show(program, name[:21], [*name.split(), run], size, options.rounds)
        large = multiply(run, folder, options.megabytes)
        size = sum(os.path.getsize(path) for path in logs_of(large))
        print(f"{size / 1e6:.0f} MB")
        for name in ("summary", "check"):
            show(program, name, [name, large], size, 3)


if __name__ == "__main__":
    main()
