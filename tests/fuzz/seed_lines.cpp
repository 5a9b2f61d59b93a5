#include "tests/fuzz/seed_lines.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "common/base/units.h"
#include "tools/experiment/network/network.h"
#include "tools/experiment/services/services.h"
#include "tools/experiment/time/event_heap.h"
#include "tools/sim/cluster.h"

namespace hearsay::fuzz {
namespace {

const std::filesystem::path kData = HEARSAY_TEST_DATA;
constexpr const char* kNodes[] = {"n0", "n1", "n2", "n3", "n4"};

class Nobody final : public bench::ClientPort {
 public:
  bool receive(std::int64_t, std::string_view, std::string_view) override { return true; }
};

// The bodies of what clients ask the node for, one after the other.
std::vector<nlohmann::json> asks_of(std::string_view workload, int number) {
  const nlohmann::json read = {{"type", "read"}, {"key", number % 3}};
  if (workload == "auto") return {{{"type", "broadcast"}, {"message", number}}, read};
  if (workload == "g-set") return {{{"type", "add"}, {"element", number}}, read};
  if (workload.ends_with("counter")) return {{{"type", "add"}, {"delta", number - 7}}, read};
  if (workload == "lin-kv") {
    return {{{"type", "write"}, {"key", number % 3}, {"value", number}},
            {{"type", "cas"}, {"key", number % 3}, {"from", number}, {"to", -number}},
            read};
  }
  if (workload == "kafka") {
    const std::string log = "log" + std::to_string(number % 3);
    return {{{"type", "send"}, {"key", log}, {"msg", number}},
            {{"type", "poll"}, {"offsets", {{log, 0}}}},
            {{"type", "commit_offsets"}, {"offsets", {{log, number / 3}}}},
            {{"type", "list_committed_offsets"}, {"keys", {log}}}};
  }
  const char* const change = workload == "txn-list-append" ? "append" : "w";
  const nlohmann::json steps = {{"r", number % 3, nullptr}, {change, number % 3, number}};
  return {{{"type", "txn"}, {"txn", steps}}};
}

}  // namespace

ServiceOptions service_options(const Role& role) {
  ServiceOptions options;
  options.workload = role.workload;
  options.gossip.strategy = role.strategy;
  return options;
}

std::string data_file(const std::string& path) {
  std::ifstream file(kData / path, std::ios::binary);
  if (!file) throw std::runtime_error("can't read " + (kData / path).string());
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> data_files(const std::string& folder) {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kData / folder)) {
    if (entry.is_regular_file()) paths.push_back(std::filesystem::relative(entry, kData));
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::vector<std::string> recorded_lines() {
  std::vector<std::string> lines;
  for (const std::string& path : data_files("transcripts")) {
    if (!path.ends_with(".jsonl")) continue;
    std::istringstream recorded(data_file(path));
    for (std::string line; std::getline(recorded, line);) {
      lines.push_back(nlohmann::json::parse(line).at(2).dump());
    }
  }
  return lines;
}

std::vector<std::string> overheard_lines(const Role& role) {
  bench::EventHeap heap;
  sim::ClusterOptions options;
  options.services = service_options(role);
  options.care.chaos_kill_ms = 300;
  sim::Cluster cluster(heap, options, 1);
  bench::NetworkOptions slow;
  slow.latency.mean_ms = 20;
  slow.wire.loss = 0.2;
  bench::Network network(heap, cluster, slow, 1);
  for (const char* node : kNodes) network.add_node(node);
  const bench::Services services(network, 1);
  std::vector<std::string> lines;
  network.log_received([&](std::int64_t, std::string_view line) {
    while (line.ends_with('\n')) line.remove_suffix(1);
    if (line.find(R"("dest":"n0")") != std::string_view::npos) lines.emplace_back(line);
  });
  Nobody nobody;
  const std::string client = network.add_client(nobody);
  cluster.start(0, network);
  const auto ask = [&](std::int64_t now_ns, const std::string& node, nlohmann::json body) {
    const std::string type = body.at("type");
    network.send(now_ns, client, node, body.dump(), type);
  };
  for (const std::string node : kNodes) {
    ask(0, node, {{"type", "init"}, {"msg_id", 1}, {"node_id", node}, {"node_ids", kNodes}});
  }
  for (int value = 0; value < 20; ++value) {
    heap.at(value * 150 * kNsPerMs, [&, value](std::int64_t now_ns) {
      int msg_id = 2;
      for (nlohmann::json& body : asks_of(role.workload, value)) {
        body["msg_id"] = msg_id;
        ask(now_ns, msg_id++ == 2 ? kNodes[value % 5] : "n0", std::move(body));
      }
    });
  }
  while (heap.next_due_ns() && *heap.next_due_ns() < 8 * kNsPerSecond) {
    heap.run_due(*heap.next_due_ns());
  }
  return lines;
}

}  // namespace hearsay::fuzz
