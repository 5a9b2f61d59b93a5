#!/usr/bin/env python3
"""A node with a mistake that people make, and that the bench is to put a finger on: puzzling.py MISTAKE."""
import json
import os
import signal
import sys
import time

from node import Node


class Puzzling(Node):
    def __init__(self, mistake):
        super().__init__()
        self.mistake = mistake
        self.asked = 0
        if mistake == "looks-beside-itself":
            with open("node.py", encoding="utf-8") as file:
                file.read()
        if mistake == "looks-elsewhere":
            with open("/nowhere/node.py", encoding="utf-8") as file:
                file.read()

    def on_init(self, message, body):
        if self.mistake == "stops-at-once":
            os.kill(os.getpid(), signal.SIGSTOP)
        if self.mistake == "hands-init-back":
            body["in_reply_to"] = body["msg_id"]
            body["type"] = "init_ok"
            self.print_line(json.dumps(message))
            return
        if self.mistake == "answers-on-stderr":
            sys.stdout = sys.stderr
        super().on_init(message, body)

    def on_echo(self, message, body):
        self.asked += 1
        if self.mistake == "answers-on-stderr-later":
            sys.stdout = sys.stderr
            super().on_echo(message, body)
        elif self.mistake == "mumbles":
            self.print_line("got it")
        elif self.mistake == "forgets-line-ends" and self.asked > 2:
            line = {"src": self.id, "dest": message["src"],
                    "body": {"type": "echo_ok", "in_reply_to": body["msg_id"], "echo": body["echo"]}}
            sys.stdout.write(json.dumps(line))
            sys.stdout.flush()
        elif self.mistake == "runs-in-circles":
            while True:
                pass
        elif self.mistake == "waits-for-something-else":
            time.sleep(1000)
        elif self.mistake == "stops-itself":
            os.kill(os.getpid(), signal.SIGSTOP)
        elif self.mistake == "swallows-errors":
            print("Traceback (most recent call last):\n  line 7\nKeyError: 'value'",
                  file=sys.stderr, flush=True)
        elif self.mistake == "forgets-a-key" and self.asked % 2 == 0:
            self.reply(message)
        elif self.mistake == "echoes-the-body":
            self.reply(message, echo=body)
        elif self.mistake == "closes-stdout":
            os.close(1)
        elif self.mistake in ("refuses", "refuses-as-n0"):
            self.print_line(json.dumps({"src": self.id if self.mistake == "refuses" else "n0", "dest": message["src"], "body": {
                "type": "error", "in_reply_to": body["msg_id"], "code": 10, "text": "no"}}))
        elif self.mistake == "ends-with-returns":
            reply = {"type": "echo_ok", "in_reply_to": body["msg_id"], "echo": body["echo"]}
            sys.stdout.write("\r".join(json.dumps(line) for line in (
                {"src": self.id, "dest": self.id, "body": {"type": "nothing"}},
                {"src": self.id, "dest": message["src"], "body": reply})) + "\r")
            sys.stdout.flush()
        else:
            super().on_echo(message, body)

    def on_topology(self, message, body):
        if self.mistake == "knows-no-topology":
            self.print_line(json.dumps({"src": self.id, "dest": message["src"], "body": {
                "type": "error", "in_reply_to": body["msg_id"], "code": 10, "text": "what?"}}))
        elif self.mistake == "answers-topology-to-itself":
            self.print_line(json.dumps({"src": self.id, "dest": self.id, "body": {
                "type": "topology_ok", "in_reply_to": body["msg_id"]}}))

    def on_topology_ok(self, message, body):
        """To itself, where it does not belong."""

    def on_nothing(self, message, body):
        """To itself."""

    def on_init_ok(self, message, body):
        """The same."""


Puzzling(sys.argv[1]).run()
