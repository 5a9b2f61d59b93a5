#!/usr/bin/env python3
"""Opens pages of runs in a headless Chromium, as people do.

Usage: page_browser_test.py BIN_FOLDER NODES_FOLDER PICTURES_FOLDER. Screenshots are left in the last
one, to be looked at. Exit code 77: there is no Chromium here (tools/setup --for test installs it).
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

import browser as chromium

BIN = NODES = PICTURES = None
CLUSTER = "-w broadcast --node-count 5 --rate 40 --latency 20 --time-limit 3 --recovery 1"
FAULTS = ("--nemesis partition,kill-worker,loss --nemesis-interval 1 --kill-worker-interval 0.3 "
          "--seed 5")


class Run:
    """A run with its page, in a folder that goes with it."""

    def __init__(self, arguments):
        self.folder = tempfile.TemporaryDirectory(prefix="hearsay-page-")
        words = arguments.split()
        at = words.index("--") if "--" in words else len(words)
        words[at:at] = ["--store", self.folder.name]
        done = subprocess.run([os.path.join(BIN, "hearsay"), *words], capture_output=True, text=True,
                              check=False, timeout=120,
                              env=dict(os.environ, PYTHONDONTWRITEBYTECODE="1"))
        self.exit_code = done.returncode
        self.page = os.path.join(self.folder.name, "latest", "report.html")
        with open(self.page, encoding="utf-8") as file:
            self.html = file.read()
        self.data = json.loads(re.search(r'id="data">(.*?)</script>', self.html, re.DOTALL)[1])
        with open(os.path.join(self.folder.name, "latest", "results.json"), encoding="utf-8") as file:
            self.results = json.load(file)

    def close(self):
        self.folder.cleanup()


class PageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = chromium.Browser(chromium.find_program())

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()

    def make(self, arguments):
        run = Run(arguments)
        self.addCleanup(run.close)
        return run

    def open(self, run, width=1280, height=900, **look):
        self.browser.messages.clear()
        self.browser.show(width, height, **look)
        self.browser.open(run.page)
        self.wait()

    def wait(self):
        """Until all is drawn."""
        self.browser.run("new Promise((resolve) => requestAnimationFrame("
                         "() => requestAnimationFrame(resolve)))")
        self.browser.wait_for("document.getElementById('shown').dataset.moving === 'false'")

    def shown(self, name):
        self.wait()
        return int(self.browser.run(f"document.getElementById('shown').dataset.{name}"))

    def text(self, name):
        return self.browser.run(f"document.getElementById('{name}').textContent")

    def type_into(self, name, text):
        self.browser.run(f"{{ const field = document.getElementById('{name}'); "
                         f"field.value = {json.dumps(text)}; "
                         "field.dispatchEvent(new Event('input')); }")

    def picture(self, name):
        height = self.browser.run("document.documentElement.scrollHeight")
        width = self.browser.run("innerWidth")
        self.browser.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                          deviceScaleFactor=1, mobile=False)
        self.wait()
        self.browser.screenshot(os.path.join(PICTURES, name + ".png"), whole=False)

    def no_complaint(self):
        self.assertEqual(self.browser.messages, [])

    def test_the_arrows_are_the_messages_of_the_network(self):
        run = self.make(f"test {CLUSTER} {FAULTS}")
        self.open(run)
        count = run.results["net"]["servers"]["msg-count"]
        self.assertGreater(count, 50)
        for name in ("total", "kept", "match", "inView", "drawn"):
            self.assertEqual(self.shown(name), count, name)
        self.assertIn("Valid", self.text("verdict"))
        self.assertIn("hearsay test", self.text("command"))
        kills = run.results["hearsay"]["worker-kills"]["count"]
        lanes = {lane["fault"]: lane["bars"] for lane in run.data["lanes"]}
        self.assertEqual(sorted(lanes), ["kill-worker", "loss", "partition"])
        self.assertEqual(len(lanes["kill-worker"]), kills)
        self.assertEqual(len(run.data["outages"]), run.results["hearsay"]["deaths"]["count"])
        for node, begin, end in run.data["outages"]:
            nearest = min(abs(begin - bar["begin"]) for bar in lanes["kill-worker"]
                          if node in bar["nodes"])
            self.assertLess(nearest, 1_000_000, "the clocks fit")
            self.assertGreaterEqual(end, begin)
        self.picture("faults")
        self.no_complaint()

    def test_filters(self):
        run = self.make("sim --challenge 3d --seed 1")
        self.assertEqual(run.exit_code, 0)
        self.assertLess(len(run.html), 4_000_000)
        self.open(run)
        messages = run.data["messages"]
        for index, name in enumerate(messages["types"]):
            self.type_into("type", str(index))
            self.assertEqual(self.shown("match"), messages["type"].count(index), name)
        self.type_into("type", "-1")
        self.type_into("node", "n3, n7-n9")
        wanted = {3, 7, 8, 9}
        self.assertEqual(self.shown("match"),
                         sum(1 for ends in zip(messages["src"], messages["dest"])
                             if wanted & set(ends)))
        self.type_into("node", "nobody")
        self.assertEqual(self.shown("match"), 0)
        self.type_into("node", "")
        value = run.data["values"]["text"].index("300")
        self.type_into("value", "300")
        carriers = sum(1 for carried in messages["carried"] if value in carried)
        self.assertGreater(carriers, 20)
        self.assertEqual(self.shown("match"), carriers)
        self.browser.run("document.getElementById('clear').click()")
        self.wait()
        self.browser.wait_for("document.getElementById('shown').dataset.match === "
                              "document.getElementById('shown').dataset.kept")
        self.assertEqual(self.shown("drawn"), messages["count"])
        self.no_complaint()

    def test_a_value_shows_its_spread_and_a_message_its_text(self):
        run = self.make("sim --challenge 3d --seed 1")
        self.open(run)
        self.browser.run("[...document.querySelectorAll('#stories button')]"
                         ".find((each) => each.textContent.includes('slowest')).click()")
        self.assertLess(self.shown("inView"), self.shown("kept"))
        reached = self.browser.run("document.querySelectorAll('#details .spread li').length")
        self.assertEqual(reached, 24, "all nodes but the first")
        self.assertRegex(self.text("details"), r"Value \d+Given to n\d+ at [\d.]+ s\.")
        self.picture("value")
        # The middle of an arrow in the view, and what stands about it.
        where = self.browser.run("""(() => {
          const { diagram } = hearsayPage, m = hearsayPage.run.messages;
          let i = -1;
          diagram.eachInView((each) => { if (i < 0 && m.sent[each] > hearsayPage.view.from) i = each; });
          const [x, y] = diagram.endOf(i), box = diagram.canvas.getBoundingClientRect();
          return [box.left + (diagram.x(m.sent[i]) + x) / 2,
                  box.top + (diagram.y(m.src[i]) + y) / 2];
        })()""")
        self.browser.click(*where)
        self.assertRegex(self.text("details"), r"n\d+ → n\d+: gossip-")
        self.assertIn('{"type":"gossip-', self.browser.run(
            "document.querySelector('#details pre').textContent"))
        self.browser.press("]")
        chosen = self.browser.run("hearsayPage.diagram.chosen")
        self.browser.press("[")
        self.assertLess(self.browser.run("hearsayPage.diagram.chosen"), chosen)
        self.no_complaint()

    def test_services_are_rows_behind_the_nodes(self):
        run = self.make("sim -w lin-kv --node-count 2 --concurrency 2n --rate 50 --time-limit 3 --seed 1")
        self.assertEqual(run.exit_code, 0)
        self.open(run)
        self.assertEqual(run.data["services"], ["lin-kv"], "the one that was asked")
        messages = run.data["messages"]
        asked = sum(1 for ends in zip(messages["src"], messages["dest"]) if 2 in ends)
        self.assertGreater(asked, 100)
        self.type_into("node", "lin-kv")
        self.assertEqual(self.shown("match"), asked)
        self.assertIn("messages between nodes and services", self.text("tiles"))
        self.picture("services")
        self.no_complaint()

    def test_keys_move_the_window(self):
        run = self.make(f"sim {CLUSTER} --seed 2")
        self.open(run)
        everything = self.shown("inView")
        self.browser.run("document.getElementById('diagram').focus()")
        for key in "+++++":
            self.browser.press(key)
        self.assertLess(self.shown("inView"), everything)
        middle = self.browser.run("hearsayPage.view.from")
        self.browser.press("ArrowRight")
        self.assertGreater(self.browser.run("hearsayPage.view.from"), middle)
        self.browser.press("0")
        self.assertEqual(self.shown("inView"), everything)
        self.no_complaint()

    def test_dark_phone_and_paper(self):
        run = self.make(f"sim {CLUSTER} {FAULTS} -- --gossip push")
        self.open(run, dark=True)
        self.picture("dark")
        self.open(run, width=390, height=844, mobile=True)
        self.assertLessEqual(self.browser.run("document.documentElement.scrollWidth"), 390)
        self.picture("phone")
        self.open(run, dark=True)
        self.assertTrue(self.browser.call("Page.printToPDF", printBackground=True)["data"])
        self.no_complaint()

    def test_very_many_messages_are_thinned_and_it_says_so(self):
        run = self.make("sim -w broadcast --node-count 25 --rate 250 --time-limit 14 --latency 50 "
                        "--recovery 1 -- --gossip flood")
        self.open(run)
        count = run.results["net"]["servers"]["msg-count"]
        self.assertGreater(count, 65_536)
        stride = run.data["messages"]["stride"]
        self.assertGreater(stride, 1)
        self.assertEqual(self.shown("total"), count)
        self.assertEqual(self.shown("kept"), -(-count // stride))
        self.assertRegex(self.text("shown"), rf"every {stride}\w\w is kept here")
        self.assertLess(len(run.html), 6_000_000)
        self.no_complaint()

    def test_what_nodes_write_is_never_taken_for_a_page(self):
        run = self.make(f"test {CLUSTER} --bin {NODES}/markup.py")
        self.assertEqual(run.exit_code, 0)
        self.open(run)
        self.assertEqual(self.shown("drawn"), run.results["net"]["servers"]["msg-count"])
        self.browser.run("hearsayPage.step(1)")
        self.assertIn("</script>", self.text("details"))
        self.assertIn("<img src=x", self.text("details"))
        self.assertEqual(self.browser.run("document.querySelectorAll('img').length"), 0)
        self.no_complaint()

    def test_a_run_that_failed_has_a_page_too(self):
        run = self.make(f"test -w echo --node-count 2 --time-limit 1 --bin {NODES}/faulty.py "
                        "-- dies-at-start")
        self.assertEqual(run.exit_code, 255)
        self.browser.messages.clear()
        self.browser.open(run.page)
        self.assertIn("THE RUN FAILED", self.text("verdict"))
        self.no_complaint()

    def test_runs_in_which_nothing_happened_have_pages_too(self):
        for arguments in ("sim -w broadcast --node-count 1 --rate 0 --time-limit 1 --recovery 0",
                          "sim -w echo --node-count 1 --rate 1 --time-limit 1",
                          "sim -w unique-ids --node-count 3 --rate 100 --time-limit 1"):
            self.open(self.make(arguments))
            self.assertEqual(self.shown("drawn"), 0)
            for press in ("in", "back", "out", "fit", "clear"):
                self.browser.run(f"document.getElementById('{press}').click()")
            self.browser.run("hearsayPage.step(1)")
            self.no_complaint()

    def test_thousands_of_nodes_have_figures_only(self):
        run = self.make("sim -w echo --node-count 2001 --rate 10 --time-limit 1")
        self.open_without_messages(run)
        self.assertIn("With more than 2000 nodes", self.text("shown"))
        self.no_complaint()

    def open_without_messages(self, run):
        self.browser.messages.clear()
        self.browser.open(run.page)
        self.browser.wait_for("document.getElementById('shown').textContent !== ''")


if __name__ == "__main__":
    if not chromium.find_program():
        print("no Chromium here: tools/setup --for test installs it")
        sys.exit(77)
    BIN, NODES, PICTURES = map(os.path.abspath, sys.argv[1:4])
    os.makedirs(PICTURES, exist_ok=True)
    unittest.main(argv=sys.argv[:1] + sys.argv[4:], verbosity=2)
