// A cluster seen from outside: who says that it is there. For commands that wait; blocks, one
// thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tools/bus/connection.h"
#include "tools/bus/subjects.h"
#include "tools/cluster/options.h"
#include "tools/cluster/presence.h"
#include "tools/cluster/roster.h"

namespace hearsay::cluster {

struct Seen {
  Presence presence;
  std::int64_t at_ns = 0;  // monotonic_ns
};

class Watch {
 public:
  // `self`: one's name on the bus. Throws bus::BusError.
  Watch(const BusOptions& options, const std::string& self);

  bus::Connection& bus() { return bus_; }
  const bus::Subjects& subjects() const { return subjects_; }
  // By name: the last that each said of itself, those that have ended left out.
  const std::map<std::string, Seen>& seen() const { return seen_; }
  // Which of these are not there.
  std::vector<std::string> missing(const std::vector<std::string>& names) const;

  // From the next hail on those that are there also say when they last heard these.
  void seek(const std::vector<std::string>& names) { sought_ = names; }

  // Looks until `done` says so or the deadline; `done` is asked each time that somebody spoke, and
  // often enough in between for a line about the progress. Hails again and again. False: the
  // deadline came first. Throws bus::BusError when the bus does not let us look.
  bool look(std::int64_t deadline_ns, const std::function<bool()>& done);

  // The same, but whoever still waits after a second is told for whom ("SPEAKER: waits for n1").
  bool look_aloud(std::int64_t deadline_ns, const std::function<bool()>& done,
                  const std::function<std::string()>& for_whom);

  // Asks a node's attachment, again and again if need be. Null: no answer. Throws bus::BusError
  // when the bus does not let us ask.
  nlohmann::json ask(const std::string& node, const nlohmann::json& question);

  // What the cluster's nodes were told. Nothing: nobody there was told. Throws bus::BusError when
  // the bus does not let us ask.
  std::optional<Roster> ask_for_roster();

 private:
  void take(const bus::Message& message);
  void look_at_events();

  bus::Subjects subjects_;
  bus::Connection bus_;
  std::map<std::string, Seen> seen_;
  std::vector<std::string> sought_;
};

// A name that nobody else has, for a command without one of its own.
std::string name_for_command(const BusOptions& options);

}  // namespace hearsay::cluster
