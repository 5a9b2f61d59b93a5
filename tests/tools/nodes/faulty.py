#!/usr/bin/env python3
"""A node that is wrong in one way: faulty.py FAULT. Without faults it would be direct.py."""
import json
import os
import subprocess
import sys
import time

from node import Node


class Faulty(Node):
    def __init__(self, fault):
        super().__init__()
        self.fault = fault
        self.broken = False
        if fault == "prints-at-once":
            self.print_line("node started")

    def once(self):
        """True the first time that a client's operation comes in."""
        self.broken, was = True, self.broken
        return not was

    def learned(self, news, source):
        if source is None and self.fault != "loses":
            for peer in self.peers:
                self.send(peer, type="gossip", values=news)

    def on_init(self, message, body):
        if self.fault == "silent":
            print("not in the mood", file=sys.stderr, flush=True)
            return
        if self.fault == "dies-at-start":
            sys.exit("cannot go on without my hat")
        if self.fault == "wrong-init":
            self.id = body["node_id"]
            self.send(message["src"], type="error", in_reply_to=1, code=13, text="no")
            return
        if self.fault in ("init-off-by-one", "init-string"):
            self.id, asked = body["node_id"], body["msg_id"]
            wrong = asked + 1 if self.fault == "init-off-by-one" else str(asked)
            self.send(message["src"], type="init_ok", in_reply_to=wrong)
            return
        if self.fault == "has-workers":
            subprocess.Popen(["sleep", "60"], stdout=subprocess.DEVNULL)
        if self.fault == "setsid":
            subprocess.Popen(["sleep", os.environ["RUNAWAY_S"]], start_new_session=True)
        if self.fault == "daemon":
            subprocess.run(["setsid", "-f", "sleep", os.environ["RUNAWAY_S"]], check=True)
        if self.fault == "no-line-end":
            reply = {"type": "init_ok", "in_reply_to": body["msg_id"]}
            sys.stdout.write(json.dumps({"src": body["node_id"], "dest": message["src"],
                                         "body": reply}))
            sys.stdout.flush()
            return
        super().on_init(message, body)
        self.flood(body)

    def flood(self, body):
        if self.fault == "prints":
            print("hello, I am", self.id, flush=True)
        if self.fault == "prints-much":
            sys.stdout.write("hello\n" * 100)
            sys.stdout.flush()
        if self.fault == "endless-line" and self.id == "n0":
            for _ in range(200):
                sys.stdout.write("x" * (1 << 20))
            sys.stdout.write("\n")
            sys.stdout.flush()
        if self.fault == "endless-log" and self.id == "n0":
            for _ in range(100):
                sys.stderr.write("x" * ((1 << 20) - 1) + "\n")
            sys.stderr.write("the end\n")
            sys.stderr.flush()
        if self.fault == "foreign-log":
            sys.stderr.buffer.write(b"caf\xe9 \x1b[31mred\x07\n")
            sys.stderr.buffer.flush()

    def on_echo(self, message, body):
        if self.fault == "slow":
            time.sleep(0.2)
        if self.fault == "wrong-echo":
            body["echo"] = "something else"
        self.operation(message)
        if self.fault == "to-itself":
            message["src"] = self.id
        if self.fault == "forgets-flush":  # what is not flushed nobody sees
            return
        if self.fault == "bad-msg-id":
            self.reply(message, echo=body["echo"], msg_id="m")
            return
        if self.fault in ("no-in-reply-to", "wrong-in-reply-to"):
            wrong = {} if self.fault == "no-in-reply-to" else {"in_reply_to": body["msg_id"] + 1000}
            self.send(message["src"], type="echo_ok", echo=body["echo"], **wrong)
            return
        if self.fault == "answers-none-too":
            self.send(message["src"], type="echo_ok", echo=body["echo"])
        if self.fault in ("trailing", "latin1"):
            self.print_odd_echo(message, body)
            return
        super().on_echo(message, body)
        if self.fault == "answers-twice":
            super().on_echo(message, body)

    def print_odd_echo(self, message, body):
        reply = {"src": self.id, "dest": message["src"],
                 "body": {"type": "echo_ok", "in_reply_to": body["msg_id"], "echo": body["echo"],
                          "msg_id": 1}}
        line = json.dumps(reply).encode()
        if self.fault == "trailing":
            line += b" and that's all"
        else:  # to a node, as an echo must be exact
            self.print_bytes(b'{"src":"%s","dest":"%s","body":{"type":"\xe9t\xe9"}}'
                             % (self.id.encode(), self.id.encode()))
        self.print_bytes(line)

    def on_topology(self, message, body):
        if self.fault == "topology-extra":
            self.reply(message, mood="good")
            return
        super().on_topology(message, body)

    def on_echo_ok(self, message, body):
        """To itself."""

    def on_broadcast(self, message, body):
        if self.fault == "odd-bodies":
            for odd in ({"type": "gossip", "values": [], "msg_id": None, "in_reply_to": 1.5},
                        {"type": "gossip", "values": [], "msg_id": "a", "in_reply_to": {}},
                        {"type": 5}, {}, None, [], ""):
                self.print_line(json.dumps({"src": self.id, "dest": self.id, "body": odd}))
            self.print_line(json.dumps({"src": self.id, "dest": self.id}))
        super().on_broadcast(message, body)

    def handle(self, message):
        if self.fault in ("odd-bodies", "latin1") and message["src"] == self.id:
            return
        super().handle(message)

    def on_generate(self, message, body):
        self.operation(message)
        if self.fault == "large-ids":  # whole numbers of 128 bits, of which a double holds 53
            self.made = getattr(self, "made", 0) + 1
            number = (1 << 127) + (self.made << 8) + int(self.id[1:])
            self.reply(message, id=number, msg_id=number)
        elif self.fault == "huge-ids":
            self.made = getattr(self, "made", 0) + 1
            self.reply(message, id=f"{self.id} {self.made} {'x' * 4_000_000}")
        elif self.fault == "same-ids":
            self.id, name = "n0", self.id
            super().on_generate(message, body)
            self.id = name
        else:
            super().on_generate(message, body)

    def on_read(self, message, body):
        values = list(self.values)
        if self.fault == "reads-much":
            values = list(range(10_000_000, 10_020_000))
        if self.fault == "repeats":
            values += values[:1]
        if self.fault == "invents":
            values += ["nobody said this"]
        if self.fault == "floats":
            values = [float(value) for value in values]
        if self.fault == "malformed":
            self.reply(message, messages=values, mood="good")
            return
        self.reply(message, messages=values)

    def operation(self, message):
        lines = {
            "garbage": "Traceback (most recent call last):",
            "escape": "\x1b]0;owned\x07\x1b[2J",
            "blank": "",
            "extra-key": json.dumps({"src": self.id, "dest": "c0", "body": {"type": "x"}, "to": 1}),
            "no-dest": json.dumps({"src": self.id, "body": {"type": "x"}}),
            "impostor": json.dumps({"src": "n77", "dest": self.id, "body": {"type": "x"}}),
            "nobody": json.dumps({"src": self.id, "dest": "n99", "body": {"type": "x"}}),
        }
        if self.fault in lines and self.once():
            self.print_line(lines[self.fault])
        if self.fault == "dies" and self.once():
            sys.exit(3)
        if self.fault == "late" and self.once():
            time.sleep(5.5)
        if self.fault == "deaf" and self.id == "n0":
            time.sleep(60)


Faulty(sys.argv[1]).run()
