#!/usr/bin/env python3
"""g-set, g-counter and pn-counter, each operation told to all peers at once: crdt.py FAULT set|sum.

FAULT: ok, unreplicated, twice (each 5th operation counts twice), refuses (each 5th operation gets
error 14 and does not count)."""
import sys

from node import Node


class Crdt(Node):
    def __init__(self, fault):
        super().__init__()
        self.fault = fault
        self.elements = []
        self.sum = 0
        self.operations = 0

    def apply(self, body):
        if "element" in body:
            self.elements.append(body["element"])
        else:
            self.sum += body["delta"]

    def on_add(self, message, body):
        self.operations += 1
        fifth = self.operations % 5 == 0
        if fifth and self.fault == "refuses":
            self.send(message["src"], type="error", code=14, text="not in the mood",
                      in_reply_to=body["msg_id"])
            return
        what = {name: body[name] for name in ("element", "delta") if name in body}
        for _ in range(2 if fifth and self.fault == "twice" else 1):
            self.apply(what)
            for peer in self.peers if self.fault != "unreplicated" else []:
                self.send(peer, type="apply", **what)
        self.reply(message)

    def on_apply(self, message, body):
        self.apply(body)

    def on_read(self, message, body):
        # A set that is empty and a counter that is 0: only a workload that never added anything.
        self.reply(message, value=self.elements if sys.argv[2:] == ["set"] else self.sum)


Crdt(sys.argv[1]).run()
