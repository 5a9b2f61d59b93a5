#!/usr/bin/env python3
"""Every 50 ms the full state to one random node and one random neighbour in the topology."""
import random

from node import Node


class Push(Node):
    tick_s = 0.05

    def tick(self):
        for peers in (self.peers, self.neighbours):
            if peers:
                self.send(random.choice(peers), type="gossip", values=list(self.values))


Push().run()
