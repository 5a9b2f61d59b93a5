#!/usr/bin/env python3
"""A node that puts odd things in the place of files of its run: spoiler.py KIND STORE NAME...

KIND: fifo, folder, or the path that a link leads to. NAME: below STORE/latest, the run. A node whose own
log is among them dies.
"""
import os
import sys

from node import Node


class Spoiler(Node):
    def __init__(self, kind, store, names):
        super().__init__()
        self.kind = kind
        self.places = [os.path.join(store, "latest", name) for name in names]

    def on_init(self, message, body):
        if body["node_id"] == "n0":
            for place in self.places:
                self.spoil(place)
        super().on_init(message, body)

    def spoil(self, place):
        if os.path.lexists(place):
            os.unlink(place)
        if self.kind == "fifo":
            os.mkfifo(place)
        elif self.kind == "folder":
            os.mkdir(place)
        else:
            os.symlink(self.kind, place)

    def on_echo(self, message, body):
        super().on_echo(message, body)
        if any(place.endswith(f"/{self.id}.log") for place in self.places):
            sys.exit("the last word")


Spoiler(sys.argv[1], sys.argv[2], sys.argv[3:]).run()
