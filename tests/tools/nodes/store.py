#!/usr/bin/env python3
"""lin-kv and both kinds of transactions on one node: store.py FAULT.

FAULT: ok; loses (each 3rd write of lin-kv is acknowledged and not applied); silent (each 10th
change is applied and not answered); selfish (each 4th transaction does not see its own writes);
aborts (each 5th transaction is applied and answered with error 30)."""
import sys

from node import Node


class Store(Node):
    def __init__(self, fault):
        super().__init__()
        self.fault = fault
        self.values = {}
        self.changes = 0
        self.writes = 0

    def reply(self, message, **body):
        if message["body"]["type"] in ("write", "cas", "txn"):
            self.changes += 1
            if self.fault == "silent" and self.changes % 10 == 0:
                return
        super().reply(message, **body)

    def refuse(self, message, code, text):
        self.send(message["src"], type="error", code=code, text=text,
                  in_reply_to=message["body"]["msg_id"])

    def on_read(self, message, body):
        if body["key"] in self.values:
            self.reply(message, value=self.values[body["key"]])
        else:
            self.refuse(message, 20, "no such key")

    def on_write(self, message, body):
        self.writes += 1
        if self.fault != "loses" or self.writes % 3 != 0:
            self.values[body["key"]] = body["value"]
        self.reply(message)

    def on_cas(self, message, body):
        if body["key"] not in self.values:
            self.refuse(message, 20, "no such key")
        elif self.values[body["key"]] != body["from"]:
            self.refuse(message, 22, f"it is {self.values[body['key']]}")
        else:
            self.values[body["key"]] = body["to"]
            self.reply(message)

    def on_txn(self, message, body):
        self.writes += 1
        before = dict(self.values)
        done = []
        for f, key, value in body["txn"]:
            if f == "append":
                self.values[key] = self.values.get(key, []) + [value]
            elif f == "w":
                self.values[key] = value
            else:
                own = self.fault != "selfish" or self.writes % 4 != 0
                value = (self.values if own else before).get(key)
            done.append([f, key, value])
        if self.fault == "aborts" and self.writes % 5 == 0:
            self.refuse(message, 30, "a conflict, perhaps")
        else:
            self.reply(message, txn=done)


Store(sys.argv[1] if len(sys.argv) > 1 else "ok").run()
