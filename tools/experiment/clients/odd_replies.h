// What nodes send to clients and Maelstrom passes over in silence: second answers, messages
// that answer no request, errors of an unknown code. Who looks for the reason why a request was not
// answered finds it here.
//
// Bounded, whatever the nodes send. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace hearsay::bench {

// A request that got more than one answer.
struct DuplicateReply {
  std::string node;
  std::string client;
  std::int64_t in_reply_to = 0;
};

// Of a node that answers without end no more are kept.
inline constexpr std::size_t kMostDuplicatesKept = 1000;

// The last message of a node to a client that answers no request, and how many there were.
struct StrayReply {
  std::int64_t count = 0;
  std::string client;
  std::string text;  // "a message whose in_reply_to is 7, which no open request has: {...}"
};

// Errors of a node whose code is none of Maelstrom's, which can't know what they mean.
struct UnknownErrors {
  std::int64_t count = 0;
  std::string first;         // the body
  bool has_a_number = true;  // the first one's code is a whole number
};

class OddReplies {
 public:
  void add_duplicate(DuplicateReply reply);
  // `text` is `body` as the node wrote it; nothing in it is a msg_id of the client's.
  void add_stray(std::string_view node, const std::string& client, const nlohmann::json& body,
                 std::string_view text);
  // The body of type "error" that answered a request, of an unknown code.
  void add_unknown_error(std::string_view node, const nlohmann::json& body);

  // The first of them.
  const std::vector<DuplicateReply>& duplicates() const { return duplicates_; }
  std::int64_t duplicate_count() const { return duplicate_count_; }
  // By node.
  const std::map<std::string, StrayReply, std::less<>>& strays() const { return strays_; }
  const std::map<std::string, UnknownErrors, std::less<>>& unknown_errors() const {
    return unknown_errors_;
  }

 private:
  std::vector<DuplicateReply> duplicates_;
  std::int64_t duplicate_count_ = 0;
  std::map<std::string, StrayReply, std::less<>> strays_;
  std::map<std::string, UnknownErrors, std::less<>> unknown_errors_;
};

}  // namespace hearsay::bench
