"""What the tests' tiny nodes share: lines in, lines out, values, a timer. One thread."""
import json
import os
import random
import select
import sys
import time


class Node:
    """Answers echo, generate, topology, broadcast and read. Subclasses decide what spreads."""

    tick_s = None  # how often tick() is called

    def __init__(self):
        self.id = None
        self.peers = []
        self.neighbours = []
        self.values = {}  # as a set that keeps its order
        self.generated = 0

    # For subclasses.
    def learned(self, news, source):
        """`news`: values that were not known; `source`: who told, or None for a client."""

    def tick(self):
        pass

    def send(self, dest, **body):
        self.print_line(json.dumps({"src": self.id, "dest": dest, "body": body}))

    def print_line(self, line):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    def print_bytes(self, line):
        sys.stdout.buffer.write(line + b"\n")
        sys.stdout.buffer.flush()

    def reply(self, message, **body):
        body["type"] = message["body"]["type"] + "_ok"
        body["in_reply_to"] = message["body"]["msg_id"]
        self.send(message["src"], **body)

    def learn(self, values, source):
        news = [value for value in values if value not in self.values]
        self.values.update(dict.fromkeys(news))
        if news:
            self.learned(news, source)

    def handle(self, message):
        getattr(self, "on_" + message["body"]["type"])(message, message["body"])

    def on_init(self, message, body):
        self.id = body["node_id"]
        self.peers = [node for node in body["node_ids"] if node != self.id]
        self.reply(message)

    def on_echo(self, message, body):
        self.reply(message, echo=body["echo"])

    def on_generate(self, message, body):
        self.generated += 1
        self.reply(message, id=f"{self.id}-{self.generated}")

    def on_topology(self, message, body):
        self.neighbours = body["topology"].get(self.id, [])
        self.reply(message)

    def on_broadcast(self, message, body):
        self.reply(message)
        self.learn([body["message"]], None)

    def on_read(self, message, body):
        self.reply(message, messages=list(self.values))

    def on_gossip(self, message, body):
        self.learn(body["values"], message["src"])

    def run(self):
        unread = b""
        due = None
        while True:
            wait = None
            if self.tick_s is not None and self.id is not None:
                if due is None:
                    due = time.monotonic() + random.uniform(0, self.tick_s)
                wait = max(0.0, due - time.monotonic())
            if select.select([0], [], [], wait)[0]:
                chunk = os.read(0, 1 << 18)
                if not chunk:
                    return
                *lines, unread = (unread + chunk).split(b"\n")
                for line in lines:
                    self.handle(json.loads(line))
            if due is not None and time.monotonic() >= due:
                due += self.tick_s
                self.tick()
