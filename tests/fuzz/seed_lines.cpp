#include "tests/fuzz/seed_lines.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

#include "common/base/units.h"
#include "tools/experiment/network/network.h"
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

}  // namespace

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

std::vector<std::string> overheard_lines(std::string_view strategy) {
  bench::EventHeap heap;
  sim::ClusterOptions options;
  options.services.gossip.strategy = strategy;
  options.care.chaos_kill_ms = 300;
  sim::Cluster cluster(heap, options, 1);
  bench::NetworkOptions slow;
  slow.latency_ms = 20;
  slow.wire.loss = 0.2;
  bench::Network network(heap, cluster, slow, 1);
  for (const char* node : kNodes) network.add_node(node);
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
      ask(now_ns, kNodes[value % 5], {{"type", "broadcast"}, {"msg_id", 2}, {"message", value}});
      ask(now_ns, "n0", {{"type", "read"}, {"msg_id", 3}});
    });
  }
  while (heap.next_due_ns() && *heap.next_due_ns() < 8 * kNsPerSecond) {
    heap.run_due(*heap.next_due_ns());
  }
  return lines;
}

}  // namespace hearsay::fuzz
