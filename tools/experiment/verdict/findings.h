// What nodes did wrong on their stdout, by name. All of it makes a run invalid, but for oddities:
// those Maelstrom lets pass.
//
// Keeps the first kMostKept findings and counts all, so a node that prints rubbish without end
// costs no memory. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/experiment/network/network.h"

namespace hearsay::bench {

struct Finding {
  enum class Kind { no_message, unknown_source, unknown_destination, late_reply, too_much, oddity };
  Kind kind = Kind::no_message;
  std::string node;
  std::int64_t time_ns = 0;  // of the run's clock
  std::string reason;        // in words
  std::string line;          // its beginning
  std::int64_t lines = 1;    // that it stands for
  // Of a late reply: who waited for it, and how long ago it gave up.
  std::string client;
  std::int64_t late_ns = 0;
};

// "no-message", "unknown-source", "unknown-destination", "late-reply", "too-much", "oddity".
std::string_view name_of(Finding::Kind kind);

class Findings {
 public:
  static constexpr std::size_t kMostKept = 100;
  static constexpr std::size_t kShownLineBytes = 400;

  // A line that is no message. Returns the finding.
  const Finding& add_bad_line(std::int64_t now_ns, const std::string& node, std::string reason,
                              std::string_view line);
  // Lines that somebody else has found to be none, and not handed on.
  const Finding& add_held_back(std::int64_t now_ns, const std::string& node, std::string reason,
                               std::int64_t lines);
  // A message that was taken although its line is odd.
  const Finding& add_oddity(std::int64_t now_ns, const std::string& node, std::string reason,
                            std::string_view line);
  // It writes more than the bench keeps; `line`: of what.
  const Finding& add_flood(std::int64_t now_ns, const std::string& node, std::string reason,
                           std::string_view line);
  // A message to `dest` that the network did not take.
  const Finding& add_refusal(std::int64_t now_ns, const std::string& node, Refusal refusal,
                             std::string_view dest, std::string_view line);

  const std::vector<Finding>& kept() const { return kept_; }
  // Of lines.
  const std::map<Finding::Kind, std::int64_t>& counts() const { return counts_; }
  // Lines, without the oddities.
  std::int64_t wrong() const;
  // Findings of one node.
  std::int64_t count_of(const std::string& node) const;

 private:
  const Finding& add(Finding finding);
  const Finding& add_line(Finding::Kind kind, std::int64_t now_ns, const std::string& node,
                          std::string reason, std::string_view line);

  std::vector<Finding> kept_;
  Finding last_;
  std::map<Finding::Kind, std::int64_t> counts_;
  std::map<std::string, std::int64_t> by_node_;
};

// The line, or its beginning and its length; printable.
std::string shorten_line(std::string_view line);
// Of a line of so many bytes no more may be known than its beginning.
std::string shorten_line(std::string_view beginning, std::size_t bytes);

}  // namespace hearsay::bench
