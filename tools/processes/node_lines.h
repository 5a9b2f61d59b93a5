// What nodes print, on its way into the network, and what is wrong with it: a line that is no
// message, or that the network does not take, is a finding; of each node the first few are told
// while the run goes on. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
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
  void report(const Finding& finding) const;

  bool strict_;
  std::string speaker_;
  OutputParser parser_;
  Findings findings_;
};

}  // namespace hearsay::bench
