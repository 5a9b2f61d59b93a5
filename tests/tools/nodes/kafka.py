#!/usr/bin/env python3
"""Logs of one node: kafka.py FAULT.

FAULT: ok, goes-back (each 4th poll begins one offset too early), duplicate (each 5th message is at
two offsets), refuses (each 5th send is appended and answered with error 14)."""
import sys

from node import Node


class Kafka(Node):
    def __init__(self, fault):
        super().__init__()
        self.fault = fault
        self.logs = {}
        self.committed = {}
        self.sends = 0
        self.polls = 0

    def on_send(self, message, body):
        self.sends += 1
        fifth = self.sends % 5 == 0
        log = self.logs.setdefault(body["key"], [])
        log.append(body["msg"])
        if fifth and self.fault == "duplicate":
            log.append(body["msg"])
        if fifth and self.fault == "refuses":
            self.send(message["src"], type="error", code=14, text="not in the mood",
                      in_reply_to=body["msg_id"])
            return
        self.reply(message, offset=len(log) - 1)

    def on_poll(self, message, body):
        self.polls += 1
        early = 1 if self.fault == "goes-back" and self.polls % 4 == 0 else 0
        shown = {}
        for key, offset in body["offsets"].items():
            begin = max(0, offset - early)
            messages = [[begin + i, each] for i, each in enumerate(self.logs.get(key, [])[begin:])]
            if messages:
                shown[key] = messages
        self.reply(message, msgs=shown)

    def on_commit_offsets(self, message, body):
        self.committed.update(body["offsets"])
        self.reply(message)

    def on_list_committed_offsets(self, message, body):
        self.reply(message, offsets={key: self.committed[key] for key in body["keys"]
                                     if key in self.committed})


Kafka(sys.argv[1] if len(sys.argv) > 1 else "ok").run()
