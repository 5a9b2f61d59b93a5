// One run in real time, wired up: event loop, network, clients, nodes, files. Whose nodes these
// are, and where, decides whoever makes it. One at a time in a process: it takes over the process's
// signals.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tools/console/network_log.h"
#include "tools/console/options.h"
#include "tools/experiment/clients/workload.h"
#include "tools/experiment/network/message_log.h"
#include "tools/experiment/network/network.h"
#include "tools/experiment/run.h"
#include "tools/experiment/services/services.h"
#include "tools/experiment/verdict/outcome.h"
#include "tools/processes/event_loop.h"
#include "tools/processes/memory.h"
#include "tools/processes/progress.h"
#include "tools/processes/tested_nodes.h"
#include "tools/processes/usage.h"
#include "tools/report/conclude.h"
#include "tools/report/store.h"

namespace hearsay::bench {

class RealTest {
 public:
  // `recordings`: the folder for them; empty: there are to be none.
  using MakeNodes = std::function<std::unique_ptr<TestedNodes>(
      EventLoop& loop, Store& store, const std::string& recordings, TestedNodes::OnDeath on_death)>;

  // `options` are resolved, and outlive it.
  RealTest(const TestOptions& options, const MakeNodes& make_nodes);
  RealTest(const RealTest&) = delete;
  RealTest& operator=(const RealTest&) = delete;

  // Prints the verdict on stdout, writes the results.
  RunEnd run();

 private:
  std::vector<Outage> outages_since(std::int64_t clock_start_ns) const;
  void take_signal(std::int64_t now_ns, int number);
  void run_loop();
  void end(const char* kind, std::optional<std::size_t> node, const std::string& why);

  const TestOptions& options_;
  std::vector<std::string> names_;
  Store store_;
  std::string recordings_;
  std::optional<NetworkOrderFile> order_;
  EventLoop loop_;
  std::unique_ptr<TestedNodes> nodes_;
  std::optional<MessageLog> message_log_;
  Network network_;
  std::optional<Services> services_;
  std::unique_ptr<Workload> workload_;
  std::unique_ptr<Run> run_;
  std::unique_ptr<Progress> progress_;
  std::unique_ptr<UsageMeter> usage_;
  MemoryReserve reserve_;
  MemoryWatch memory_watch_;
  Outcome outcome_;
  int signal_ = 0;
};

}  // namespace hearsay::bench
