#!/usr/bin/env python3
"""Keeps nothing and trusts a service of Maelstrom's: proxy.py SERVICE [careful].

lin-kv: each request goes to the service. txn-list-append: all lists are the value of one key, which
is read and then replaced by cas. g-counter: the sum is the value of one key; `careful` writes
something new before each read, so that seq-kv shows nothing old."""
import sys

from node import Node

ROOT = "root"


class Proxy(Node):
    def __init__(self, service, careful):
        super().__init__()
        self.service = service
        self.careful = careful
        self.waiting = {}
        self.asked = 0

    def ask(self, then, **body):
        self.asked += 1
        self.waiting[self.asked] = then
        self.send(self.service, msg_id=self.asked, **body)

    def handle(self, message):
        if "in_reply_to" in message["body"]:
            self.waiting.pop(message["body"]["in_reply_to"])(message["body"])
        else:
            super().handle(message)

    def refuse(self, message, code, text):
        self.send(message["src"], type="error", code=code, text=text,
                  in_reply_to=message["body"]["msg_id"])

    def pass_on(self, message, body):
        def answer(reply):
            if reply["type"] == "error":
                self.refuse(message, reply["code"], reply["text"])
            else:
                self.reply(message, **({"value": reply["value"]} if "value" in reply else {}))
        self.ask(answer, **{name: value for name, value in body.items() if name != "msg_id"})

    on_write = on_cas = pass_on

    def on_read(self, message, body):
        if "key" in body:
            self.pass_on(message, body)
            return
        show = lambda root: self.reply(message, value=root or 0)
        if self.careful:
            self.ask(lambda reply: self.get(show), type="write", key=self.id, value=self.asked)
        else:
            self.get(show)

    def get(self, then):
        self.ask(lambda reply: then(reply.get("value")), type="read", key=ROOT)

    def replace(self, old, new, then):
        """`then` is told whether the root was `old` (nothing: None) and is `new` now."""
        def answer(reply):
            if reply["type"] == "error" and reply["code"] == 20:
                # lww-kv has no create_if_not_exists.
                self.ask(lambda _: then(True), type="write", key=ROOT, value=new)
            else:
                then(reply["type"] == "cas_ok")
        self.ask(answer, type="cas", key=ROOT, to=new, create_if_not_exists=old is None,
                 **{"from": old})

    def on_add(self, message, body):
        def add(old):
            self.replace(old, (old or 0) + body["delta"],
                         lambda done: self.reply(message) if done else self.get(add))
        self.get(add)

    def on_txn(self, message, body):
        def run(old):
            lists = dict(old or {})
            done = []
            for f, key, value in body["txn"]:
                if f == "append":
                    lists[str(key)] = lists.get(str(key), []) + [value]
                done.append([f, key, value if f == "append" else lists.get(str(key))])
            if lists == (old or {}):
                self.reply(message, txn=done)
                return
            self.replace(old, lists, lambda good: self.reply(message, txn=done) if good
                         else self.refuse(message, 30, "the root has changed"))
        self.get(run)


Proxy(sys.argv[1], "careful" in sys.argv).run()
