#!/usr/bin/env python3
"""Writes a history, as `hearsay test` would record it of a correct service, to stdout.

Usage: make_history.py WORKLOAD OPERATIONS [--concurrency N] [--info SHARE] [--reads SHARE]
                       [--break] [--seed N]

To measure `hearsay check` with. WORKLOAD: g-set, g-counter, pn-counter, kafka, lin-kv,
txn-rw-register, txn-list-append. --info: the share of operations whose answer never comes, half of
which happened. --break: the last read, poll or transaction shows something that can't be.
"""
import argparse
import json
import random

NS_PER_OPERATION = 1_000_000
KEYS_AT_ONCE = 10
WRITES_PER_KEY = 16


class Counter:
    """g-counter and pn-counter."""

    def __init__(self, options):
        self.total = 0
        self.least = -5 if options.workload == "pn-counter" else 0

    def draw(self, process):
        if random.random() < 0.5:
            return "read", None
        return "add", random.randint(self.least, 4)

    def apply(self, process, f, value):
        if f == "read":
            return self.total
        self.total += value
        return value

    def final(self):
        return "read", None

    def spoil(self, f, value):
        return value + 1_000_000


class Set:
    def __init__(self, options):
        self.elements = []
        self.count = 0
        self.reads = options.reads

    def draw(self, process):
        if random.random() < self.reads:
            return "read", None
        self.count += 1
        return "add", self.count - 1

    def apply(self, process, f, value):
        if f == "read":
            return list(self.elements)
        self.elements.append(value)
        return value

    def final(self):
        return "read", None

    def spoil(self, f, value):
        return value[1:]


class Pool:
    """Keys as Jepsen draws them: the last ones most often, each up to a number of writes."""

    def __init__(self):
        self.keys = list(range(KEYS_AT_ONCE))
        self.written = {}

    def draw(self):
        place = random.choices(range(KEYS_AT_ONCE), [2**i for i in range(KEYS_AT_ONCE)])[0]
        return place, self.keys[place]

    def write(self):
        while True:
            place, key = self.draw()
            value = self.written.get(key, 0) + 1
            if value <= WRITES_PER_KEY:
                self.written[key] = value
                return key, value
            self.keys[place] = max(self.keys) + 1


class Kafka:
    def __init__(self, options):
        self.pool = Pool()
        self.logs = {}
        self.positions = {}

    def draw(self, process):
        if random.random() < 1 / 64:
            keys = sorted({str(self.pool.draw()[1]) for _ in range(5)})
            kept = self.positions.get(process, {})
            self.positions[process] = {key: kept.get(key, 0) for key in keys}
            return "assign", keys
        if random.random() < 0.5:
            return "poll", [["poll"]]
        key, value = self.pool.write()
        return "send", [["send", str(key), value]]

    def apply(self, process, f, value):
        if f == "assign":
            return value
        if f == "send":
            _, key, message = value[0]
            log = self.logs.setdefault(key, [])
            log.append(message)
            return [["send", key, [len(log) - 1, message]]]
        shown = {}
        for key, position in self.positions.get(process, {}).items():
            log = self.logs.get(key, [])
            if position < len(log):
                shown[key] = [[i, log[i]] for i in range(position, len(log))]
                self.positions[process][key] = len(log)
        return [["poll", shown]]

    def final(self):
        return None  # see finish()

    def finish(self, process):
        self.positions[process] = {key: 0 for key in self.logs}
        yield "assign", sorted(self.logs)
        yield "poll", [["poll"]]

    def spoil(self, f, value):
        for pairs in value[0][1].values():
            if len(pairs) > 2:
                del pairs[1]
        return value


class Register:
    """lin-kv: 20 values of a few keys, a group of processes to each."""

    def __init__(self, options):
        self.values = {}
        self.group = max(2, options.concurrency // 4)

    def key(self, process):
        return process // self.group % 4

    def draw(self, process):
        key = self.key(process)
        f = random.choice(["read", "write", "cas"])
        if f == "read":
            return f, [key, None]
        if f == "write":
            return f, [key, random.randrange(5)]
        return f, [key, [random.randrange(5), random.randrange(5)]]

    def apply(self, process, f, value):
        key, argument = value
        if f == "read":
            return [key, self.values[key]] if key in self.values else None
        if f == "write":
            self.values[key] = argument
            return value
        if self.values.get(key) != argument[0]:
            return None
        self.values[key] = argument[1]
        return value

    def final(self):
        return "read", [0, None]

    def spoil(self, f, value):
        return [value[0], 1_000_000]


class Transactions:
    def __init__(self, options):
        self.pool = Pool()
        self.appends = options.workload == "txn-list-append"
        self.state = {}

    def draw(self, process):
        steps = []
        for _ in range(random.randint(1, 4)):
            if random.random() < 0.5:
                steps.append(["r", self.pool.draw()[1], None])
            else:
                steps.append(["append" if self.appends else "w", *self.pool.write()])
        return "txn", steps

    def apply(self, process, f, value):
        done = []
        for kind, key, argument in value:
            if kind == "r":
                known = self.state.get(key)
                done.append([kind, key, list(known) if self.appends and known else known])
                continue
            if self.appends:
                self.state.setdefault(key, []).append(argument)
            else:
                self.state[key] = argument
            done.append([kind, key, argument])
        return done

    def final(self):
        return "txn", [["r", key, None] for key in self.state][-4:]

    def spoil(self, f, value):
        for step in value:
            if step[2]:
                step[2] = step[2][:-1] or None if self.appends else 1
        return value


SERVICES = {"g-set": Set, "g-counter": Counter, "pn-counter": Counter, "kafka": Kafka,
            "lin-kv": Register, "txn-rw-register": Transactions, "txn-list-append": Transactions}


class Run:
    def __init__(self, options):
        self.options = options
        self.service = SERVICES[options.workload](options)
        self.index = 0
        self.processes = list(range(options.concurrency))  # by thread
        self.open = {}  # thread: (f, invoked value, answer or None for failed, its type)

    def write(self, kind, process, f, value, **more):
        print(json.dumps({"index": self.index, "time": self.index * NS_PER_OPERATION, "type": kind,
                          "process": process, "f": f, "value": value, **more}))
        self.index += 1

    def begin(self, thread, drawn, **more):
        f, value = drawn
        self.write("invoke", self.processes[thread], f, value, **more)
        lost = f != "assign" and not more and random.random() < self.options.info
        # It takes place now, at the end, or (when its answer is lost) perhaps never.
        self.open[thread] = {"f": f, "value": value, "lost": lost, "more": more, "done": False}
        if random.random() < 0.5:
            self.apply(thread)

    def apply(self, thread):
        operation = self.open[thread]
        if not operation["done"]:
            operation["done"] = True
            operation["answer"] = self.service.apply(self.processes[thread], operation["f"],
                                                     operation["value"])

    def end(self, thread, spoil=False):
        if not self.open[thread]["lost"]:
            self.apply(thread)
        operation = self.open.pop(thread)
        process, f = self.processes[thread], operation["f"]
        if operation["lost"]:
            self.write("info", process, f, operation["value"], error="net-timeout")
            self.processes[thread] += self.options.concurrency
        elif operation["answer"] is None:
            self.write("fail", process, f, operation["value"], error=["abort", "no"])
        else:
            answer = self.service.spoil(f, operation["answer"]) if spoil else operation["answer"]
            self.write("ok", process, f, answer, **operation["more"])

    def run(self):
        for _ in range(self.options.operations):
            thread = random.randrange(self.options.concurrency)
            if thread in self.open:
                self.end(thread)
            self.begin(thread, self.service.draw(self.processes[thread]))
        for thread in sorted(self.open):
            self.end(thread)
        last = self.options.concurrency - 1
        if isinstance(self.service, Kafka):
            self.processes[last] += self.options.concurrency  # as after a crash: it may go back
            for drawn in self.service.finish(self.processes[last]):
                self.begin(last, drawn, final=True)
                self.end(last, spoil=self.options.spoil and drawn[0] == "poll")
            return
        for thread in range(self.options.concurrency):
            self.begin(thread, self.service.final(), **{"final?": True})
            self.end(thread, spoil=self.options.spoil and thread == last)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("workload", choices=sorted(SERVICES))
    parser.add_argument("operations", type=int)
    parser.add_argument("--concurrency", type=int, default=10)
    parser.add_argument("--info", type=float, default=0.0)
    parser.add_argument("--reads", type=float, default=0.01)
    parser.add_argument("--break", dest="spoil", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    random.seed(options.seed)
    Run(options).run()


if __name__ == "__main__":
    main()
