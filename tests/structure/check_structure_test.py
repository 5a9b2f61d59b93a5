#!/usr/bin/env python3
"""Plants violations in a small repository and expects check_structure to find each."""

import os
import tempfile
import unittest

import check_structure

CLEAN = {
    "common/base/clock.h": "#include <cstdint>\n",
    "common/base/units.h": "#include <cstdint>\n",
    "common/shm/ring.h": '#include <atomic>\n#include "common/base/clock.h"\n',
    "common/trace/event.h": "#include <cstdint>\n",
    "common/trace/trace_writer.h": "#include <spdlog/spdlog.h>\n",
    "worker/core/node.cpp": '#include <nlohmann/json.hpp>\n#include "common/base/units.h"\n',
    "worker/worker.cpp": '#include <unistd.h>\n#include "worker/core/node.h"\n',
    "worker/core/node.h": "// the rings' std::atomic is not for us, nor is monotonic_ns()\n",
    "supervisor/main.cpp": '#include "common/shm/ring.h"\n',
    "tools/experiment/run.cpp": '#include "tools/experiment/time/random.h"\n',
    "tools/experiment/time/random.h": "#include <random>\n",
    "tools/processes/node_process.cpp": '#include <unistd.h>\n#include "common/base/clock.h"\n',
    "tools/sim/cluster.cpp": '#include "worker/core/node.h"\n',
    "tests/worker/any_test.cpp": '#include <atomic>\n#include "supervisor/main.cpp"\n',
}
READMES = ("common/base", "common/shm", "common/trace", "worker", "worker/core", "supervisor",
           "tools/experiment", "tools/experiment/time", "tools/processes", "tools/sim", "tests")


class CheckStructure(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        for path, text in CLEAN.items():
            self.write(path, text)
        for folder in READMES:
            self.write(folder + "/README.md", "What lives here.\n")

    def write(self, path, text):
        path = os.path.join(self.folder.name, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def expect(self, *findings):
        self.assertEqual(check_structure.find_all(self.folder.name), list(findings))

    def test_clean(self):
        self.expect()

    def test_upward_arrow(self):
        self.write("common/base/clock.h", '#include "common/trace/event.h"\n')
        self.expect('common/base/clock.h:1: common/base may not include "common/trace/event.h"')

    def test_worker_includes_supervisor(self):
        self.write("worker/worker.cpp", '\n  #  include "supervisor/main.cpp"\n')
        self.expect('worker/worker.cpp:2: worker may not include "supervisor/main.cpp"')

    def test_supervisor_includes_worker(self):
        self.write("supervisor/main.cpp", '#include "worker/core/node.h"\n')
        self.expect('supervisor/main.cpp:1: supervisor may not include "worker/core/node.h"')

    def test_tools_include_the_duty_cycle(self):
        self.write("worker/duty_cycle.h", "\n")
        self.write("tools/sim/cluster.cpp", '#include "worker/duty_cycle.h"\n')
        self.expect('tools/sim/cluster.cpp:1: tools/sim may not include "worker/duty_cycle.h"')

    def test_only_the_simulator_includes_the_core(self):
        self.write("tools/processes/node_process.cpp", '#include "worker/core/node.h"\n')
        self.expect('tools/processes/node_process.cpp:1: tools/processes may not include '
                    '"worker/core/node.h"')

    def test_rooms_of_the_experiment(self):
        self.write("tools/experiment/time/random.h", '#include "tools/experiment/run.cpp"\n')
        self.expect('tools/experiment/time/random.h:1: tools/experiment/time may not include '
                    '"tools/experiment/run.cpp"')

    def test_experiment_looks_outside(self):
        for header in ("filesystem", "unistd.h", "CLI/CLI.hpp", "fstream", "iostream", "chrono"):
            self.write("tools/experiment/run.cpp", f"#include <{header}>\n")
            self.expect(f"tools/experiment/run.cpp:1: tools/experiment is pure, but reaches <{header}>")

    def test_experiment_includes_the_clock(self):
        self.write("tools/experiment/run.cpp", '#include "common/base/clock.h"\n')
        self.expect("tools/experiment/run.cpp:1: tools/experiment is pure, but reaches "
                    "common/base/clock.h")

    def test_experiment_draws_unseeded(self):
        self.write("tools/experiment/run.cpp", "const auto seed = std::random_device()();\n")
        self.expect("tools/experiment/run.cpp:1: tools/experiment is pure, but uses random_device")

    def test_core_includes_shm(self):
        self.write("common/shm/link.h", "\n")
        self.write("worker/core/node.h", '#include "common/shm/link.h"\n')
        self.expect('worker/core/node.h:1: worker/core may not include "common/shm/link.h"')

    def test_include_not_from_the_top(self):
        self.write("supervisor/main.cpp", '#include "main.h"\n')
        self.expect('supervisor/main.cpp:1: "main.h" is no file here; includes start at the top of '
                    "the repository")

    def test_unknown_folder(self):
        self.write("extra/new.cpp", "\n")
        self.write("extra/README.md", "\n")
        self.expect("extra/new.cpp: its folder has no entry in MAY_INCLUDE of tests/structure")

    def test_system_headers_in_core(self):
        for header in ("unistd.h", "sys/mman.h", "time.h", "chrono", "thread", "random",
                       "spdlog/spdlog.h", "boost/asio.hpp"):
            self.write("worker/core/node.cpp", f"#include <vector>\n#include <{header}>\n")
            self.expect(f"worker/core/node.cpp:2: worker/core is pure, but reaches <{header}>")

    def test_system_header_behind_our_own(self):
        self.write("worker/core/node.cpp", '#include "common/trace/trace_writer.h"\n')
        self.expect("worker/core/node.cpp:1: worker/core is pure, but reaches <spdlog/spdlog.h> "
                    "through common/trace/trace_writer.h:1")

    def test_clock_in_core(self):
        self.write("worker/core/node.h", "\nconst auto now = monotonic_ns();\n")
        self.expect("worker/core/node.h:2: worker/core is pure, but uses monotonic_ns")

    def test_atomic_outside_shm(self):
        self.write("supervisor/main.cpp", "std::atomic<int> count;\n")
        self.expect("supervisor/main.cpp:1: atomics belong into common/shm")

    def test_signal_past_the_guard(self):
        self.write("tests/worker/any_test.cpp", "::kill(worker, SIGKILL);\n")
        self.expect("tests/worker/any_test.cpp:1: tests signal through tests/support/send_signal.h")

    def test_no_readme(self):
        self.write("common/protocol/message.h", "\n")
        self.expect("common/protocol: has sources, but no README.md")

    def test_long_source(self):
        self.write("tests/worker/any_test.cpp", "\n" * 501)
        self.expect("tests/worker/any_test.cpp: 501 lines, more than 500")

    def test_empty_repository(self):
        with tempfile.TemporaryDirectory() as empty:
            self.assertEqual(check_structure.find_all(empty), [f"{empty}: no sources here"])


if __name__ == "__main__":
    unittest.main()
