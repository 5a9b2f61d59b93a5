// How a node comes to work: somebody says which nodes there are, the node gets its init and, when
// it has said init_ok, its topology. Until then nothing else may reach it.
//
// The asker is the process that has attached the node, under a name that no other has: what it asks
// stays on the pipe between the two, where nothing is lost. A program on the bus that plays
// Maelstrom (a bench) may send the init instead, as a line, if it may speak as the operator; that
// is handed on as it is. Pure: no clock, no I/O.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/cluster/roster.h"
#include "tools/experiment/network/node_output.h"

namespace hearsay::cluster {

// The asker. A client's name, as nodes expect it.
inline constexpr const char* kAsker = "c-attach";

class Initiation {
 public:
  enum class State { waiting, asked, ready, refused };

  explicit Initiation(std::string node) : node_(std::move(node)) {}

  State state() const { return state_; }
  // Known from begin(): what is told to others who come back.
  const std::optional<Roster>& roster() const { return roster_; }
  // Why the node refused, and what; "": it did not.
  const std::string& refusal() const { return refusal_; }

  struct Step {
    std::string wrong;               // why not, for whoever said begin; "": all is well
    std::vector<std::string> lines;  // for the node, now
  };
  // The same roster again changes nothing and is no mistake.
  Step begin(const Roster& roster);

  // A line for the node whose body has the type init. Whether the node is to get it.
  bool take_init_line();

  // A line that the node printed. `ours`: it answers the asker, and is for nobody else.
  struct Heard {
    bool ours = false;
    std::vector<std::string> lines;  // for the node, now
  };
  Heard take_output(const bench::Envelope& line);

 private:
  std::string line(const nlohmann::json& body) const;

  std::string node_;
  State state_ = State::waiting;
  bool by_line_ = false;  // asked by somebody on the bus
  std::optional<Roster> roster_;
  std::string refusal_;
};

// "waiting", ...
std::string_view name_of(Initiation::State state);

}  // namespace hearsay::cluster
