#!/usr/bin/env python3
"""direct.py whose messages look like parts of a web page."""
from node import Node

TYPE = "</script><script>throw Error('taken for a script')</script><!--"


class Markup(Node):
    def learned(self, news, source):
        if source is None:
            for peer in self.peers:
                self.send(peer, type=TYPE, values=news, html="<img src=x onerror=alert(1)> \u2028")


setattr(Markup, "on_" + TYPE, Markup.on_gossip)
Markup().run()
