// Whether what the nodes of a run got from each other is what they sent.
//
// Messages are compared as canonical JSON, for a network may print anew what it carries. One that
// arrives twice, late, or never is the network's business; one that nobody sent is not. Memory
// grows with the messages. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "common/protocol/line_parser.h"
#include "common/recording/reader.h"

namespace hearsay::replay {

class Mail {
 public:
  // Messages of other senders are not looked at.
  void add_node(const std::string& name) { nodes_.insert(name); }

  // A step of `node` put these out (records of the reply ring).
  void sent(const std::string& node, std::string_view outputs);
  // `node` took this input. Returns the print of the message that is whole with it, if one is. Most
  // messages are those of clients, and a print costs as much as a step: of senders that are no
  // nodes only if `of_strangers`.
  std::optional<std::uint64_t> received(const std::string& node, std::uint64_t number,
                                        const recording::RecordedInput& input, bool of_strangers);

  struct Stranger {
    std::string node;
    std::uint64_t input;
    std::string what;
  };
  // The first message that arrived and that its sender has not sent. Ask when all is replayed: of
  // two things at the same moment either may be replayed first.
  std::optional<Stranger> first_stranger() const;
  std::uint64_t sent_count() const { return sent_.size(); }
  std::uint64_t received_count() const { return received_; }

 private:
  void note(const protocol::Message& message);

  std::set<std::string, std::less<>> nodes_;
  protocol::LineParser parser_;
  std::map<std::string, std::string> lines_;  // by node: the beginning of one that comes in parts
  std::map<std::string, std::string> parts_;  // by node: of a message that comes in parts
  std::unordered_set<std::uint64_t> sent_;    // check sums
  struct Open {
    std::uint64_t order;
    Stranger stranger;
  };
  std::unordered_map<std::uint64_t, Open> open_;
  std::uint64_t received_ = 0;
};

}  // namespace hearsay::replay
