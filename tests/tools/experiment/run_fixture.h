// A run in virtual time, with nodes that are perfect unless a test says otherwise.
#pragma once

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "common/base/units.h"
#include "tests/tools/experiment/virtual_nodes.h"
#include "tools/experiment/run.h"

namespace hearsay::bench {

inline constexpr std::int64_t kSecond = kNsPerSecond;

class RunTest : public testing::Test {
 protected:
  void make(const char* workload, std::size_t node_count, const RunOptions& options,
            const NetworkOptions& network = {}) {
    std::vector<std::string> names;
    run_.reset();  // before what it refers to
    network_ = std::make_unique<Network>(heap_, nodes_, network, options.seed);
    for (std::size_t i = 0; i < node_count; ++i) {
      names.push_back(fmt::format("n{}", i));
      network_->add_node(names.back());
    }
    WorkloadOptions workload_options;
    workload_options.topology = Topology::total;
    workload_options.nodes = names;
    workload_options.concurrency = options.concurrency;
    workload_options.latency_ms = network.latency.mean_ms;
    workload_ = make_workload(workload, workload_options);
    run_ = std::make_unique<bench::Run>(heap_, *network_, *workload_, nodes_, options,
                                        [this](std::int64_t now_ns, const std::string& failure) {
                                          end_ns_ = now_ns;
                                          failure_ = failure;
                                        });
    nodes_.handler = [this](std::int64_t now_ns, const test::Arrival& arrival) {
      answer(now_ns, arrival);
    };
  }
  void go() {
    run_->start(0);
    test::run_virtually(heap_);
    ASSERT_TRUE(end_ns_) << "the run never ended";
  }
  void reply(std::int64_t now_ns, const test::Arrival& arrival, nlohmann::json body) {
    const nlohmann::json& request = arrival.message.at("body");
    body["in_reply_to"] = request.at("msg_id");
    if (!body.contains("type")) body["type"] = request.at("type").get<std::string>() + "_ok";
    refused_ = network_->send(now_ns, arrival.message.at("dest").get<std::string>(),
                              arrival.message.at("src").get<std::string>(), body.dump(),
                              body.at("type").get<std::string>());
  }
  // A perfect node, unless `special` takes the request.
  void answer(std::int64_t now_ns, const test::Arrival& arrival) {
    if (special_ && special_(now_ns, arrival)) return;
    const nlohmann::json& body = arrival.message.at("body");
    const auto type = body.at("type").get<std::string>();
    nlohmann::json result = nlohmann::json::object();
    if (type == "echo") result["echo"] = body.at("echo");
    if (type == "generate") result["id"] = next_id_++;
    if (type == "broadcast") values_.push_back(body.at("message"));
    if (type == "read") result["messages"] = values_;
    reply(now_ns, arrival, result);
  }
  std::vector<Operation> operations(OperationType type) const {
    std::vector<Operation> found;
    for (const Operation& operation : run_->history().operations()) {
      if (is_client(operation) && operation.type == type) found.push_back(operation);
    }
    return found;
  }

  EventHeap heap_;
  test::VirtualNodes nodes_{heap_};
  std::unique_ptr<Network> network_;
  std::unique_ptr<Workload> workload_;
  std::unique_ptr<bench::Run> run_;
  std::function<bool(std::int64_t, const test::Arrival&)> special_;
  std::optional<Refusal> refused_;
  std::optional<std::int64_t> end_ns_;
  std::string failure_;
  nlohmann::json values_ = nlohmann::json::array();
  int next_id_ = 0;
};

inline RunOptions options(double rate_hz, std::int64_t time_limit_ns, std::size_t concurrency) {
  RunOptions result;
  result.rate_hz = rate_hz;
  result.time_limit_ns = time_limit_ns;
  result.concurrency = concurrency;
  result.seed = 42;
  return result;
}

}  // namespace hearsay::bench
