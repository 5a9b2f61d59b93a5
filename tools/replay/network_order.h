// What the network of a run delivered, in its order: the file that tools/console/network_log.h
// keeps beside the recordings. Each node's inputs must come in this order; what was delivered to a
// node that died is left out.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "common/protocol/line_parser.h"

namespace hearsay::replay {

// One node's part of it, read as a stream. Not thread-safe.
class NetworkOrder {
 public:
  NetworkOrder(const std::filesystem::path& folder, std::string node);

  // The run kept no such file: every message is fine.
  bool is_missing() const { return !file_.is_open(); }
  // Goes on to the next message to this node with this print. False: there is none. Behind the end
  // of a file that is cut off, or a line that is none, everything may be.
  bool goes_on_to(std::uint64_t print);
  // It was read to its end, and the end is not whole: the bench was killed.
  bool is_cut_off() const { return is_cut_off_; }
  // The number of the first line that is no such line; 0: none was seen.
  std::uint64_t bad_line() const { return bad_line_; }

 private:
  std::string node_;
  std::ifstream file_;
  bool is_cut_off_ = false;
  std::uint64_t lines_ = 0;
  std::uint64_t bad_line_ = 0;
  protocol::LineParser parser_;
};

}  // namespace hearsay::replay
