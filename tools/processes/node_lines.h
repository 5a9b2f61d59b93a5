// What nodes print, on its way into the network, and what is wrong with it: a line that is no
// message, or that the network does not take, is a finding; of each node the first few are told
// while the run goes on. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "tools/experiment/network/network.h"
#include "tools/experiment/network/node_output.h"
#include "tools/experiment/verdict/findings.h"

namespace hearsay::bench {

class NodeLines {
 public:
  // Strictly as under Maelstrom, a line that is wrong silences its node. `speaker`: the command
  // that tells.
  explicit NodeLines(bool strict, std::string speaker = "hearsay test")
      : strict_(strict), speaker_(std::move(speaker)) {}

  // A process of the node starts.
  void node_starts(const std::string& node) { talks_.erase(node); }
  // About the first or else the last message since then, if it went to the node itself, where no
  // answer belongs, else about the first line that is wrong: for people, lines with their ends.
  // "": nothing is odd.
  std::string words_on_answers(const std::string& node) const;
  // Messages since then.
  std::int64_t messages_of(const std::string& node) const;

  // False: the node is silenced.
  bool take(std::int64_t now_ns, Network& network, const std::string& node, std::string_view line);
  // A line that is no message.
  bool note_bad(std::int64_t now_ns, const std::string& node, std::string reason,
                std::string_view line);
  // So many of them that never came here. It is not silenced.
  void note_held_back(std::int64_t now_ns, const std::string& node, std::string reason,
                      std::int64_t lines);
  // It writes more than is kept; `line`: of what.
  bool note_flood(std::int64_t now_ns, const std::string& node, std::string reason,
                  std::string_view line);

  const Findings& findings() const { return findings_; }

 private:
  struct Talk {
    std::int64_t messages = 0;
    std::string on_first;  // in words; "": it did not go to the node itself
    std::string on_last;
  };

  // Of a message that was taken; "": nothing.
  void note_odd(std::int64_t now_ns, const std::string& node, std::string reason,
                std::string_view line);
  void report(const Finding& finding) const;

  bool strict_;
  std::string speaker_;
  OutputParser parser_;
  Findings findings_;
  std::map<std::string, Talk> talks_;  // by node
};

}  // namespace hearsay::bench
