#!/usr/bin/env python3
"""A new value goes at once to the topology's neighbours, except the one it came from."""
from node import Node


class Flood(Node):
    def learned(self, news, source):
        for peer in self.neighbours:
            if peer != source:
                self.send(peer, type="gossip", values=news)


Flood().run()
