#include "tools/console/network_log.h"

#include <fmt/core.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "common/base/units.h"
#include "tools/console/own_file.h"
#include "tools/console/tell.h"

namespace hearsay::bench {
namespace {

Network::Logger log_as(const char* what, std::int64_t start_ns) {
  return [what, start_ns](std::int64_t now_ns, std::string_view line) {
    tell("{} {:>9.3f} s {}", what,
         static_cast<double>(now_ns - start_ns) / static_cast<double>(kNsPerSecond), line);
  };
}

Network::Logger keep_order(NetworkOrderFile& order, Network::Logger also) {
  return [&order, also = std::move(also)](std::int64_t now_ns, std::string_view line) {
    if (also) also(now_ns, line);
    order.take(now_ns, line);
  };
}

}  // namespace

NetworkOrderFile::NetworkOrderFile(const std::string& folder)
    : path_(folder + '/' + kNetworkOrderName) {
  OwnFile own = create_own_file(path_);
  if (own.file.valid()) file_.reset(::fdopen(own.file.release(), "w"));
  if (!file_) problem_ = fmt::format("{}: {}", path_, own.problem);
}

void NetworkOrderFile::take(std::int64_t now_ns, std::string_view line) {
  if (!file_) return;
  if (line.ends_with('\n')) line.remove_suffix(1);
  const std::string text = fmt::format(R"({{"at-ns":{},"message":{}}})", now_ns, line) + '\n';
  if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size()) fail();
}

std::string NetworkOrderFile::finish() {
  if (file_ && std::fflush(file_.get()) != 0) fail();
  file_.reset();
  return problem_;
}

void NetworkOrderFile::fail() {
  problem_ = fmt::format("{}: {}", path_, std::strerror(errno));
  file_.reset();
  std::remove(path_.c_str());
}

void print_messages(Network& network, const TestOptions& options, std::int64_t start_ns,
                    NetworkOrderFile* order) {
  if (options.log_net_send) network.log_sent(log_as("sent    ", start_ns));
  Network::Logger received;
  if (options.log_net_recv) received = log_as("received", start_ns);
  if (order != nullptr) received = keep_order(*order, std::move(received));
  if (received) network.log_received(std::move(received));
}

}  // namespace hearsay::bench
