// --log-net-send and --log-net-recv: the messages on stderr, as they come. With --record: those
// that nodes got, in a file, in their order:
//
//   {"at-ns":1234,"message":{"id":5,"src":"c1","dest":"n1","body":{...}}}     one line a message
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "tools/console/options.h"
#include "tools/experiment/network/network.h"

namespace hearsay::bench {

inline constexpr const char* kNetworkOrderName = "network.jsonl";

// That file. One that can't be written whole is removed: the run goes on without. Not thread-safe.
class NetworkOrderFile {
 public:
  explicit NetworkOrderFile(const std::string& folder);

  void take(std::int64_t now_ns, std::string_view line);
  // The end of it. Returns "" or "FILE: the reason".
  std::string finish();

 private:
  struct Closer {
    void operator()(std::FILE* file) const { static_cast<void>(std::fclose(file)); }
  };

  void fail();

  std::string path_;
  std::unique_ptr<std::FILE, Closer> file_;  // null: it takes nothing (more)
  std::string problem_;
};

// The printed times count from `start_ns`. `order`: null, or outlives what the network does.
void print_messages(Network& network, const TestOptions& options, std::int64_t start_ns,
                    NetworkOrderFile* order);

}  // namespace hearsay::bench
