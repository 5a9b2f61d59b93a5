"""A switch between network interfaces, whose wires are as bad as one wants: frames are late, some are
lost, a port is cut off without a word. What the kernel's netem does, for kernels that have none.

Needs CAP_NET_RAW. Frames pass with what the kernel has left undone in them (check sums, large ones that
are not cut yet), which is why their virtio header travels along.
"""
import heapq
import random
import select
import socket
import threading
import time

ALL_PROTOCOLS = 3
SOL_PACKET = 263
PACKET_VNET_HDR = 15
PACKET_OUTGOING = 4
HEADER_BYTES = 10
FRAME_BYTES = 1 << 17


class Switch:
    """Runs in a thread of its own from start() on, until the process ends."""

    def __init__(self, ports, seed):
        self.ports = {}
        self.random = random.Random(seed)
        self.delay_s = 0.0
        self.loss = 0.0
        self.cut = set()  # names of ports
        self.passed = self.lost = 0
        self.places = {}  # the port behind which an address was seen
        self.due = []
        for name in ports:
            port = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL_PROTOCOLS))
            port.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
            port.bind((name, 0))
            port.setblocking(False)
            self.ports[name] = port

    def start(self):
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        names = {port.fileno(): name for name, port in self.ports.items()}
        while True:
            wait = max(0.0, self.due[0][0] - time.monotonic()) if self.due else None
            for number in select.select(list(names), [], [], wait)[0]:
                self.take(names[number])
            while self.due and self.due[0][0] <= time.monotonic():
                _, _, source, target, frame = heapq.heappop(self.due)
                self.put(source, target, frame)

    def take(self, source):
        try:
            frame, (_, _, kind, *_) = self.ports[source].recvfrom(FRAME_BYTES)
        except OSError:
            return
        if kind == PACKET_OUTGOING:  # our own
            return
        receiver, sender = frame[HEADER_BYTES:HEADER_BYTES + 6], frame[HEADER_BYTES + 6:
                                                                       HEADER_BYTES + 12]
        self.places[sender] = source
        target = self.places.get(receiver)
        for each in [target] if target else self.ports:
            if each == source:
                continue
            if source in self.cut or each in self.cut or self.random.random() < self.loss:
                self.lost += 1
                continue
            self.passed += 1
            heapq.heappush(self.due, (time.monotonic() + self.delay_s, self.passed, source, each,
                                      frame))

    def put(self, source, target, frame):
        if source in self.cut or target in self.cut:
            return
        try:
            self.ports[target].send(frame)
        except OSError:  # as a full wire does
            self.lost += 1
