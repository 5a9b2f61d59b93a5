#include "tools/bench/machine.h"

#include <fmt/core.h>
#include <sched.h>
#include <sys/utsname.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "common/base/file_descriptor.h"
#include "tools/bench/child.h"
#include "tools/bench/contest.h"

namespace hearsay::measure {
namespace {

using nlohmann::json;

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::string cpu_model() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown";
}

std::vector<int> allowed_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  check_syscall(::sched_getaffinity(0, sizeof set, &set), "sched_getaffinity");
  std::vector<int> cpus;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(static_cast<std::size_t>(cpu), &set)) cpus.push_back(cpu);
  }
  return cpus;
}

// "0,4": those that share a core with it, itself among them.
std::string siblings_of(int cpu) {
  return first_line(
      fmt::format("/sys/devices/system/cpu/cpu{}/topology/thread_siblings_list", cpu));
}

// Null when it can't be had.
json probe_pair(const Placement& placement, const std::string& ring_peer) {
  try {
    return json::parse(output_of({ring_peer, "probe", "", "0", std::to_string(placement.first),
                                  std::to_string(placement.second)}));
  } catch (const Unmeasured&) {
    return nullptr;
  }
}

}  // namespace

Placement choose_placement() {
  const std::vector<int> cpus = allowed_cpus();
  if (cpus.size() < 2) return {};
  for (const int other : cpus) {
    if (siblings_of(other) != siblings_of(cpus.front())) return {cpus.front(), other};
  }
  return {cpus[0], cpus[1]};
}

json probe_machine(const Placement& placement, const std::string& ring_peer) {
  utsname system{};
  ::uname(&system);
  json siblings = json::array();
  std::set<std::string> cores;
  const std::vector<int> cpus = allowed_cpus();
  for (const int cpu : cpus) {
    if (cores.insert(siblings_of(cpu)).second) siblings.push_back(siblings_of(cpu));
  }
  json machine = {{"cpu", cpu_model()},
                  {"kernel", system.release},
                  {"compiler", __VERSION__},
                  {"cpus", cpus},
                  {"cores", siblings},
                  {"load-average", std::strtod(first_line("/proc/loadavg").c_str(), nullptr)}};
  machine["pinned"] = nullptr;
  if (placement.first < 0) return machine;
  machine["pinned"] = {{"cpus", {placement.first, placement.second}},
                       {"siblings", siblings_of(placement.first) == siblings_of(placement.second)},
                       {"probe", probe_pair(placement, ring_peer)}};
  return machine;
}

std::string describe_machine(const json& machine) {
  std::string text = fmt::format("{}, {} CPUs (of cores with the CPUs",
                                 machine.at("cpu").get<std::string>(), machine.at("cpus").size());
  for (const json& core : machine.at("cores")) text += " " + core.get<std::string>();
  text += fmt::format(
      "), Linux {}, g++ {}, load average {:.1f}{}\n", machine.at("kernel").get<std::string>(),
      machine.at("compiler").get<std::string>(), machine.at("load-average").get<double>(),
      machine.value("in-front", false) ? ", in front of what else the machine does (SCHED_RR)"
                                       : "");
  const json& pinned = machine.at("pinned");
  if (pinned.is_null()) return text + "One CPU only: nothing is pinned.\n";
  text += fmt::format("Rings: one process each on CPU {} and CPU {}{}",
                      pinned.at("cpus")[0].get<int>(), pinned.at("cpus")[1].get<int>(),
                      pinned.at("siblings").get<bool>() ? ", siblings of one core" : "");
  const json& probe = pinned.at("probe");
  if (!probe.is_null()) {
    text += fmt::format(
        "; two loops there run at {:.0f} % of the speed of one alone, a word travels there and "
        "back "
        "in {:.0f} ns",
        100 * probe.at("speed-together").get<double>(),
        probe.at("word-there-and-back-ns").get<double>());
  }
  return text + ". Nodes: not pinned.\n";
}

void go_in_front() {
  sched_param priority{};
  priority.sched_priority = 1;
  check_syscall(::sched_setscheduler(0, SCHED_RR, &priority),
                "asking to run in front of others (only root may)");
}

}  // namespace hearsay::measure
