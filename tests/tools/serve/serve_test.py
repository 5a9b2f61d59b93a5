#!/usr/bin/env python3
"""`hearsay serve` and `hearsay show`, as people run them. Usage: serve_test.py BIN_FOLDER."""
import contextlib
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

BIN = None
LIMIT_S = 60


def hearsay(*arguments):
    return subprocess.run([os.path.join(BIN, "hearsay"), *arguments], capture_output=True, text=True,
                          check=False, timeout=LIMIT_S)


class Serving(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="hearsay-serve-")
        self.addCleanup(self.folder.cleanup)
        self.store = os.path.join(self.folder.name, "store")
        self.servers = []
        done = hearsay("sim", "-w", "echo", "--node-count", "1", "--time-limit", "1", "--store",
                       self.store)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.report = done.stdout
        self.time = os.path.basename(os.path.realpath(os.path.join(self.store, "latest")))

    def serve(self, *arguments, stderr=None):
        server = subprocess.Popen([os.path.join(BIN, "hearsay"), "serve", "--port", "0", "--store",
                                   self.store, *arguments], stdout=subprocess.PIPE, stderr=stderr,
                                  text=True)
        self.addCleanup(server.stdout.close)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        line = server.stdout.readline()
        self.port = int(re.search(r":(\d+)/ ", line)[1])
        return server, line

    def get(self, path, host=None, method="GET"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LIMIT_S)
        connection.putrequest(method, path, skip_host=host is not None)
        if host is not None:
            connection.putheader("Host", host)
        connection.endheaders()
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer, body

    def test_lists_runs_with_links_that_work(self):
        _, line = self.serve()
        self.assertIn("http://127.0.0.1:", line)
        answer, body = self.get("/")
        self.assertEqual(answer.status, 200)
        html = body.decode()
        self.assertIn("✓ valid", html)
        self.assertIn("<small>sim</small>", html)
        links = re.findall(r'href="(/runs/[^"]*)"', html)
        self.assertGreaterEqual(len(links), 5)
        for link in links:
            self.assertEqual(self.get(link)[0].status, 200, link)
        results = f"/runs/echo/{self.time}/results.json"
        self.assertEqual(json.loads(self.get(results)[1])["valid?"], True)
        with open(os.path.join(self.store, "latest", "report.html"), "rb") as file:
            self.assertEqual(self.get("/runs/latest/report.html")[1], file.read())
        answer, _ = self.get(f"/runs/echo/{self.time}/report.txt")
        self.assertEqual(answer.getheader("Content-Type"), "text/plain; charset=utf-8")
        self.assertEqual(answer.getheader("X-Content-Type-Options"), "nosniff")
        answer, body = self.get(results, method="HEAD")
        self.assertEqual((answer.status, body), (200, b""))
        self.assertEqual(self.get("/runs/echo")[0].status, 200)

    def test_nothing_outside_is_served(self):
        with open(os.path.join(self.folder.name, "secret"), "w", encoding="utf-8") as file:
            file.write("TOP SECRET")
        os.symlink(os.path.join(self.folder.name, "secret"),
                   os.path.join(self.store, "echo", self.time, "way-out"))
        os.symlink("/", os.path.join(self.store, "root"))
        self.serve()
        for path in ("/runs/../secret", "/runs/%2e%2e/secret", "/runs/echo/..%2f..%2f..%2fsecret",
                     "/../secret", "/runs//etc/passwd", "/runs/root/etc/passwd", "/etc/passwd",
                     f"/runs/echo/{self.time}/way-out", "/runs/%00", "/runs/echo%00/x",
                     "/runs/" + "a" * 3000, "/runs/%ff%fe", "/nowhere", "/runs/..", "/runs/root"):
            answer, body = self.get(path)
            self.assertIn(answer.status, (400, 403, 404, 414), path)
            self.assertNotIn(b"SECRET", body, path)
            self.assertNotIn(b"root:", body, path)
        for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
            self.assertEqual(self.get("/", method=method)[0].status, 405, method)
        self.assertEqual(self.get("/")[0].status, 200, "it goes on")

    def test_names_from_elsewhere_are_refused(self):
        self.serve()
        for host in ("evil.example", "evil.example:80", "127.evil.example", "localhost.evil.example",
                     ""):
            self.assertEqual(self.get("/", host=host)[0].status, 403, host)
        for host in ("127.0.0.1", f"localhost:{self.port}", f"[::1]:{self.port}"):
            self.assertEqual(self.get("/", host=host)[0].status, 200, host)

    def test_new_runs_appear(self):
        self.serve()
        hearsay("sim", "-w", "broadcast", "--node-count", "2", "--time-limit", "1", "--recovery", "1",
                "--store", self.store, "--no-page")
        self.assertIn(b"broadcast", self.get("/")[1])

    def make_run(self, time):
        folder = os.path.join(self.store, "broadcast", time)
        os.makedirs(folder)
        return folder

    def test_an_odd_run_costs_its_own_row_only(self):
        os.mkdir(os.path.join(self.make_run("20261125T000006.000Z"), "results.json"))
        fifos = self.make_run("20261125T000007.000Z")
        for name in ("results.json", "compare.json", "report.txt"):
            os.mkfifo(os.path.join(fifos, name))
        server, _ = self.serve()
        answer, body = self.get("/")
        self.assertEqual(answer.status, 200)
        html = body.decode()
        self.assertIn("✓ valid", html)
        self.assertEqual(html.count("… no results"), 2)
        self.assertEqual(self.get("/runs/broadcast/20261125T000007.000Z/report.txt")[0].status, 404)
        done = hearsay("show", "broadcast/20261125T000007.000Z", "--store", self.store)
        self.assertEqual(done.returncode, 254, done.stderr)
        with open(os.path.join(fifos, "results.json.aside"), "w", encoding="utf-8") as file:
            file.write("{}")
        os.rename(os.path.join(fifos, "results.json.aside"), os.path.join(fifos, "results.json"))
        done = hearsay("show", "broadcast/20261125T000007.000Z", "--store", self.store)
        self.assertEqual(done.returncode, 254, "a report that is a FIFO")
        self.assertIn("has no report.txt", done.stderr)
        server.terminate()
        self.assertEqual(server.wait(LIMIT_S), 0)

    def connect(self):
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=LIMIT_S)
        self.addCleanup(connection.close)
        return connection

    def trickle(self, connections):
        """Sends a byte of a question that never ends, now and then: the server goes on waiting."""
        ended = threading.Event()

        def send():
            while not ended.wait(0.1):
                for connection in connections:
                    with contextlib.suppress(OSError):
                        connection.sendall(b"x")

        for connection in connections:
            connection.sendall(b"GET / HTTP/1.1\r\nHost: local")
        thread = threading.Thread(target=send)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(ended.set)

    def test_who_never_asks_keeps_nobody_waiting(self):
        self.serve()
        self.trickle([self.connect() for _ in range(16)])
        for _ in range(16):
            self.connect()  # and these are silent
        self.assertEqual(self.get("/")[0].status, 200)

    def test_signals_end_it_whoever_is_connected(self):
        big = os.path.join(self.store, "echo", self.time, "big.txt")
        with open(big, "wb") as file:
            file.truncate(1 << 30)
        for number in (signal.SIGINT, signal.SIGTERM):
            server, _ = self.serve()
            reader = self.connect()  # which reads its first byte only
            reader.sendall(f"GET /runs/echo/{self.time}/big.txt HTTP/1.1\r\nHost: localhost\r\n"
                           "\r\n".encode())
            self.assertEqual(reader.recv(1), b"H")
            self.trickle([self.connect()])
            server.send_signal(number)
            self.assertEqual(server.wait(LIMIT_S), 0)

    def test_a_store_that_is_none_is_said(self):
        done = hearsay("serve", "--port", "0", "--store", os.path.join(self.store, "latest",
                                                                       "report.txt"))
        self.assertEqual(done.returncode, 254)
        self.assertRegex(done.stderr, "--store.*report.txt is no folder")
        self.store = os.path.join(self.folder.name, "later")
        server, _ = self.serve(stderr=subprocess.PIPE)
        self.addCleanup(server.stderr.close)
        self.assertRegex(server.stderr.readline(), "there is no .*later yet")
        self.assertIn(b"None yet", self.get("/")[1])
        hearsay("sim", "-w", "echo", "--time-limit", "1", "--store", self.store, "--no-page")
        self.assertIn("✓ valid", self.get("/")[1].decode())

    def test_what_keeps_it_from_listening_is_said(self):
        self.serve()
        done = hearsay("serve", "--store", self.store, "--port", str(self.port))
        self.assertEqual(done.returncode, 255)
        self.assertRegex(done.stderr, rf"can't listen on 127.0.0.1 port {self.port}.*--port")
        self.assertEqual(hearsay("serve", "--host", "no such host").returncode, 255)
        self.assertEqual(hearsay("serve", "--port", "70000").returncode, 254)

    def test_show_prints_the_report_again(self):
        for name in ((), ("echo",), (self.time[:12],), (f"echo/{self.time}",)):
            done = hearsay("show", *name, "--store", self.store)
            self.assertEqual((done.returncode, done.stdout), (0, self.report), name)
        done = hearsay("show", "kafka", "--store", self.store)
        self.assertEqual(done.returncode, 254)
        self.assertIn("there is no run kafka", done.stderr)
        self.assertEqual(hearsay("show", "--store", "/nowhere").returncode, 254)


if __name__ == "__main__":
    BIN = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
