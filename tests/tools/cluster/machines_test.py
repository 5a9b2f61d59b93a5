#!/usr/bin/env python3
"""Three machines, each with a NATS server of one cluster of servers and a node: a network that loses
and delays, a worker killed, a machine cut off, a machine gone. Usage: machines_test.py BIN_FOLDER.

The machines are network namespaces, joined by a switch (switch.py), in namespaces of the test's own:
nothing of it is seen outside, and all of it ends with the test. Exit code 77 where that is not allowed.
"""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from switch import Switch

SKIPPED = 77
PATIENCE_S = 90
CUT_S = float(os.environ.get("HEARSAY_CUT_S", "12"))  # longer than a server waits for a write
NAMES = ["n0", "n1", "n2"]
INSIDE = "--inside"


def skip(why):
    print("skipped:", why)
    sys.exit(SKIPPED)


def run(*words, check=True):
    return subprocess.run(words, capture_output=True, text=True, check=check, timeout=PATIENCE_S)


def in_time(condition, what):
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError("not in time: " + what)


def say(text, start=time.monotonic()):
    print(f"{time.monotonic() - start:6.1f} s  {text}", flush=True)


class Machine:
    """A network namespace with an address; a NATS server and a node in it."""

    def __init__(self, number, folder, program, server):
        self.name = NAMES[number]
        self.address = f"192.0.2.{number + 1}"
        self.folder, self.program, self.server_program = folder, program, server
        self.port = f"port{number}"
        self.server = self.node = None
        self.holder = subprocess.Popen(["unshare", "--net", "sleep", "infinity"])
        own = os.readlink("/proc/self/ns/net")
        in_time(lambda: os.readlink(f"/proc/{self.holder.pid}/ns/net") != own, "a namespace")
        run("ip", "link", "add", self.port, "type", "veth", "peer", "name", "eth0", "netns",
            str(self.holder.pid))
        run("ip", "link", "set", self.port, "up")
        self.inside("ip", "address", "add", self.address + "/24", "dev", "eth0")
        self.inside("ip", "link", "set", "eth0", "up")
        self.inside("ip", "link", "set", "lo", "up")

    def words(self, *words):
        return ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net", *words]

    def inside(self, *words, check=True):
        return run(*self.words(*words), check=check)

    def start(self):
        path = os.path.join(self.folder, self.name)
        routes = ", ".join(f'"nats://192.0.2.{i + 1}:6222"' for i in range(len(NAMES)))
        with open(path + ".conf", "w", encoding="utf-8") as file:
            file.write(f'listen: "{self.address}:4222"\nserver_name: "{self.name}"\n'
                       # As hearsay cluster permissions has it, but sooner.
                       'ping_interval: "2s"\nping_max: 2\n'
                       f'cluster {{ name: "test", listen: "{self.address}:6222", '
                       f"routes: [{routes}] }}\n")
        log = open(path + ".server.log", "a", encoding="utf-8")
        self.server = subprocess.Popen(self.words(self.server_program, "-c", path + ".conf"),
                                       stdout=log, stderr=log)
        in_time(lambda: self.hearsay("cluster", "status", "--wait", "0").stdout != "",
                "a server on " + self.name)
        self.node = subprocess.Popen(
            self.words(self.program, "attach", "--bus", f"nats://{self.address}", "--name",
                       self.name, "--log", path + ".node.log"),
            stderr=open(path + ".attach.log", "a", encoding="utf-8"))

    def vanish(self):
        """As when the power goes, behind a cut: nobody says good-bye."""
        for process in (self.node, self.server):
            process.kill()
            process.wait()

    def hearsay(self, command, *arguments):
        words = [command, *arguments]
        at = 2 if command == "cluster" else 1
        words[at:at] = ["--bus", f"nats://{self.address}"]
        return self.inside(self.program, *words, check=False)

    def call(self, **body):
        done = self.hearsay("call", self.name, json.dumps(body))
        return json.loads(done.stdout) if done.returncode == 0 else None

    def gives(self, value):
        """Whether the node acknowledged it."""
        return self.call(type="broadcast", message=value) is not None

    def has(self, values):
        answer = self.call(type="read")
        return answer is not None and set(answer["messages"]) == set(values)

    def presence(self):
        status = json.loads(self.hearsay("cluster", "status", "--json").stdout)
        return status["nodes"].get(self.name)


def children_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


class Test:
    def __init__(self, folder, program, server):
        run("ip", "link", "set", "lo", "up")
        self.machines = [Machine(i, folder, program, server) for i in range(len(NAMES))]
        self.switch = Switch([machine.port for machine in self.machines], seed=1)
        self.switch.start()
        self.values = set()
        self.next = 0

    def give(self, machine, count=5):
        for _ in range(count):
            self.next += 1
            if not machine.gives(self.next):
                raise AssertionError(f"{machine.name} did not acknowledge {self.next}")
            self.values.add(self.next)

    def meet(self, machines, values=None):
        wanted = set(self.values if values is None else values)
        for machine in machines:
            in_time(lambda: machine.has(wanted), f"{machine.name} has {len(wanted)} values")
        say(f"{', '.join(machine.name for machine in machines)}: all {len(wanted)} values")

    def begin(self):
        for machine in self.machines:
            machine.start()
        done = self.machines[0].hearsay("cluster", "up", "--nodes", ",".join(NAMES))
        if done.returncode != 0:
            raise AssertionError(done.stdout + done.stderr)
        say("three machines, a server and a node on each: up")

    def lose_and_delay(self):
        self.switch.delay_s, self.switch.loss = 0.05, 0.05
        say("50 ms and 5 % loss from each machine to each")
        for machine in self.machines:
            self.give(machine)
        self.meet(self.machines)

    def kill_worker(self):
        workers = children_of(self.machines[1].presence()["node-pid"])
        if len(workers) != 1:
            raise AssertionError(f"workers of n1: {workers}")
        os.kill(workers[0], signal.SIGKILL)
        say("the worker of n1 is killed")
        self.give(self.machines[1])
        self.meet(self.machines)

    def cut_off(self):
        *others, alone = self.machines
        self.switch.cut.add(alone.port)
        say("n2 is cut off")
        until = time.monotonic() + CUT_S
        there, here = set(self.values), set(self.values)
        while time.monotonic() < until:
            before = set(self.values)
            self.give(others[0], 1)
            there |= self.values - before
            before = set(self.values)
            self.give(alone, 1)
            here |= self.values - before
            time.sleep(0.5)
        self.meet(others, there)
        self.meet([alone], here)
        self.switch.cut.remove(alone.port)
        say("n2 is back")
        self.meet(self.machines)

    def vanish(self):
        first, gone, last = self.machines
        self.switch.cut.add(gone.port)
        gone.vanish()
        say("the machine of n1 is gone")
        self.give(first)
        self.give(last)
        self.meet([first, last])
        self.switch.cut.remove(gone.port)
        gone.start()
        in_time(lambda: (gone.presence() or {}).get("state") == "ready", "n1 has its init")
        say("the machine of n1 is back, and has its init from the others")
        self.give(gone)
        self.meet(self.machines)
        self.end()

    def end(self):
        for machine in self.machines:
            machine.node.terminate()  # nsenter has become hearsay
            code = machine.node.wait(PATIENCE_S)
            if code != 0:
                raise AssertionError(f"{machine.name} ended with {code}")
        say(f"all nodes ended well; frames: {self.switch.passed} passed, {self.switch.lost} lost")
        if self.switch.lost == 0:
            raise AssertionError("the network lost nothing")


def test(bin_folder):
    server = shutil.which("nats-server", path=os.environ["PATH"] + ":/usr/sbin")
    if server is None:
        skip("nats-server is not installed (Debian: apt install nats-server)")
    with tempfile.TemporaryDirectory(prefix="hearsay-machines-") as folder:
        try:
            machines = Test(folder, os.path.join(bin_folder, "hearsay"), server)
        except (subprocess.CalledProcessError, OSError) as problem:
            skip(f"no network can be made here: {getattr(problem, 'stderr', '') or problem}")
        try:
            machines.begin()
            machines.lose_and_delay()
            machines.kill_worker()
            machines.cut_off()
            machines.vanish()
        except BaseException:
            for name in sorted(os.listdir(folder)):
                if name.endswith((".attach.log", ".server.log")):
                    with open(os.path.join(folder, name), encoding="utf-8") as file:
                        print(f"--- {name}\n{file.read()[-3000:]}")
            raise


def main(bin_folder, *more):
    if INSIDE in more:
        test(bin_folder)
        return 0
    # All that is started inside ends with the first process of the namespace.
    unshare = ["unshare", "--net", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child"]
    if os.geteuid() != 0:
        unshare.append("--map-root-user")
    try:
        probe = run(*unshare, "true", check=False)
    except FileNotFoundError as problem:
        skip(str(problem))
    if probe.returncode != 0:
        skip("namespaces are not allowed here: " + probe.stderr.strip())
    return subprocess.run([*unshare, sys.executable, "-B", os.path.abspath(__file__), bin_folder,
                           INSIDE], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1]), *sys.argv[2:]))
