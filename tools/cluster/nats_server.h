// A NATS server of our own: on loopback only, with its files in a folder of the caller's, ended
// with its owner (and by the kernel, if the owner dies). One thread; the process has an EventLoop
// or has blocked its signals otherwise.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "tools/processes/node_process.h"

namespace hearsay::cluster {

// "" if there is none on this machine.
std::string find_nats_server();

class NatsServer {
 public:
  // `port` 0: a free one. Waits until it listens. Throws std::runtime_error, with words for people.
  NatsServer(const std::filesystem::path& folder, std::int64_t port);
  ~NatsServer();

  const std::string& url() const { return url_; }
  // "" while it runs; else how it ended.
  std::string try_reap() { return process_->try_reap(); }

 private:
  std::unique_ptr<bench::NodeProcess> process_;
  std::string url_;
};

}  // namespace hearsay::cluster
