#include "tools/console/network_log.h"

#include <string_view>

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

}  // namespace

void print_messages(Network& network, const TestOptions& options, std::int64_t start_ns) {
  if (options.log_net_send) network.log_sent(log_as("sent    ", start_ns));
  if (options.log_net_recv) network.log_received(log_as("received", start_ns));
}

}  // namespace hearsay::bench
