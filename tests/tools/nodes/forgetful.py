#!/usr/bin/env python3
"""A node with a worker that holds the state in memory: whoever kills it kills what it knows.

The node hands its stdin on to the worker, and starts another one when that dies. With the argument
"leaks" each worker has a file in /dev/shm that nobody removes
(its name begins with the environment's LEAK_NAME).
"""
import os
import subprocess
import sys

from node import Node


class Worker(Node):
    def __init__(self, first):
        super().__init__()
        self.first = first
        if "leaks" in sys.argv:
            self.shared = open(f"/dev/shm/{os.environ['LEAK_NAME']}-{os.getpid()}", "w",
                               encoding="utf-8")

    def reply(self, message, **body):
        if self.first or message["body"]["type"] != "init":
            super().reply(message, **body)

    def learned(self, news, source):
        if source is None:
            for peer in self.peers:
                self.send(peer, type="gossip", values=news)


def front():
    init = None
    worker = None
    for line in sys.stdin.buffer:
        init = init or line
        if worker is None or worker.poll() is not None:
            again = worker is not None
            worker = subprocess.Popen([sys.argv[0], "again" if again else "first",
                                       *sys.argv[1:]], stdin=subprocess.PIPE)
            if again:
                worker.stdin.write(init)
        try:
            worker.stdin.write(line)
            worker.stdin.flush()
        except BrokenPipeError:
            pass


if sys.argv[1:2] in (["first"], ["again"]):
    Worker(sys.argv[1] == "first").run()
else:
    front()
