// What may pass between a node and the bus, line by line.
//
// From the node: a message by Maelstrom's rules (tools/experiment/network/README.md), in the node's
// own name, for a name that can be on the bus. From the bus: a message for this node whose src is
// the sender that the subject names: that one the server has checked, if it has permissions. The
// operator may speak in any name. Not thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tools/cluster/drops.h"
#include "tools/experiment/network/node_output.h"

namespace hearsay::cluster {

struct Checked {
  std::optional<bench::Envelope> line;  // good until the next check; nothing: it is dropped
  Drop drop = Drop::no_message;
  std::string why;
};

class LineCheck {
 public:
  explicit LineCheck(std::string node) : node_(std::move(node)) {}

  Checked from_node(std::string_view line);
  Checked from_bus(std::string_view subject, std::string_view line);

 private:
  std::string node_;
  bench::OutputParser parser_;
};

}  // namespace hearsay::cluster
