#!/usr/bin/env python3
"""How soon values are everywhere in a run with partitions, from the histories of broadcast runs.

Usage: partition_lag.py RUN...   (folders of hearsay test or sim, with --nemesis partition)

After each heal: how long until the last read that misses a value acknowledged before it. While a cut
lasts, from its second second on: how long until the last read that misses a value, among the nodes
that hear its node and are heard by it, and all others alike. In ms; the most of each run.
"""
import json
import os
import sys

SETTLED_NS = 1_000_000_000  # a cut's first second: nobody has found out yet
LAST_NS = 1_500_000_000     # what is acknowledged later has no time left
AFTER_HEAL_NS = 4_000_000_000


def read_history(run):
    """Cuts (begin, end, who hears not whom), acknowledged values (time, node), reads."""
    with open(os.path.join(run, "results.json"), encoding="utf-8") as file:
        nodes = json.load(file)["hearsay"]["options"]["node-count"]
    cuts, acknowledged, reads, begun, cut = [], {}, [], {}, None
    with open(os.path.join(run, "history.jsonl"), encoding="utf-8") as file:
        for line in file:
            entry = json.loads(line)
            value, process = entry["value"], entry["process"]
            if process == "nemesis":
                if entry["f"] == "start-partition" and isinstance(value, list):
                    cut = (entry["time"], value[1])
                elif value == "network-healed" and cut:
                    cuts.append((cut[0], entry["time"], cut[1]))
                    cut = None
            elif entry["type"] == "invoke":
                begun[process] = entry
            elif entry["type"] == "ok" and entry["f"] == "broadcast":
                acknowledged[begun[process]["value"]] = (entry["time"], process % nodes)
            elif entry["type"] == "ok":
                reads.append((begun[process]["time"], process % nodes, set(value)))
    return nodes, cuts, acknowledged, reads


def heal_lag_ns(cuts, acknowledged, reads):
    lag = 0
    for _, healed, _ in cuts:
        old = {value for value, (time, _) in acknowledged.items() if time < healed}
        for time, _, values in reads:
            cut_again = any(begin < time < end for begin, end, _ in cuts)
            if healed < time < healed + AFTER_HEAL_NS and not cut_again and not old <= values:
                lag = max(lag, time - healed)
    return lag


def side_of(node, deaf, nodes):
    """Who hears the node, is heard by it, and hears the same nodes."""
    heard = [{other for other in range(nodes) if f"n{other}" not in deaf.get(f"n{each}", [])}
             for each in range(nodes)]
    return {each for each in range(nodes)
            if each in heard[node] and node in heard[each] and heard[each] == heard[node]}


def side_lag_ns(nodes, cuts, acknowledged, reads):
    lag = 0
    for begin, end, deaf in cuts:
        sides = [side_of(node, deaf, nodes) for node in range(nodes)]
        for value, (time, node) in acknowledged.items():
            if not begin + SETTLED_NS < time < end - LAST_NS:
                continue
            for read, reader, values in reads:
                if time < read < end and value not in values and reader in sides[node]:
                    lag = max(lag, read - time)
    return lag


def main(runs):
    if not runs:
        sys.exit(__doc__)
    for run in runs:
        nodes, cuts, acknowledged, reads = read_history(run)
        if not cuts:
            sys.exit(f"{run}: no partition began and ended in this run")
        print(f"{run}  after a heal {heal_lag_ns(cuts, acknowledged, reads) / 1e6:.0f} ms, "
              f"on one side {side_lag_ns(nodes, cuts, acknowledged, reads) / 1e6:.0f} ms")


if __name__ == "__main__":
    main(sys.argv[1:])
