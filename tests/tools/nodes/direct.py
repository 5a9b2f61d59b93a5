#!/usr/bin/env python3
"""The node that takes a value sends it at once to all others."""
from node import Node


class Direct(Node):
    def learned(self, news, source):
        if source is None:
            for peer in self.peers:
                self.send(peer, type="gossip", values=news)


Direct().run()
