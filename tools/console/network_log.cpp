#include "tools/console/network_log.h"

#include <filesystem>
#include <fstream>
#include <memory>
#include <string_view>
#include <utility>

#include "common/base/units.h"
#include "tools/console/tell.h"

namespace hearsay::bench {
namespace {

Network::Logger log_as(const char* what, std::int64_t start_ns) {
  return [what, start_ns](std::int64_t now_ns, std::string_view line) {
    tell("{} {:>9.3f} s {}", what,
         static_cast<double>(now_ns - start_ns) / static_cast<double>(kNsPerSecond), line);
  };
}

// What is not written is missed by those who compare with it, not by the run.
Network::Logger keep_order(const std::string& folder, Network::Logger also) {
  auto file = std::make_shared<std::ofstream>(std::filesystem::path(folder) / kNetworkOrderName);
  return [file, also = std::move(also)](std::int64_t now_ns, std::string_view line) {
    if (also) also(now_ns, line);
    if (line.ends_with('\n')) line.remove_suffix(1);
    *file << R"({"at-ns":)" << now_ns << R"(,"message":)" << line << "}\n";
  };
}

}  // namespace

void print_messages(Network& network, const TestOptions& options, std::int64_t start_ns,
                    const std::string& order_folder) {
  if (options.log_net_send) network.log_sent(log_as("sent    ", start_ns));
  Network::Logger received;
  if (options.log_net_recv) received = log_as("received", start_ns);
  if (!order_folder.empty()) received = keep_order(order_folder, std::move(received));
  if (received) network.log_received(std::move(received));
}

}  // namespace hearsay::bench
