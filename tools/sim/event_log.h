// What happened in a simulated run, one line an event: to see what led to a violation.
//
// A run is repeated from its seed to be explained, so nothing is written down the first time. With
// a focus the log keeps what comes after the first message that speaks of it, else the last events.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace hearsay::sim {

// The state of a node in its column of the grid.
enum class NodeState : char {
  up = '.',
  no_worker = 'x',  // died, its successor is on its way
  paused_worker = 'z',
  paused = 'Z',  // the whole node
  dead = ' ',
};

class EventLog {
 public:
  // `kept`: how many events. `focus`: a value (JSON); of the messages only those that speak of it
  // are kept. Empty: all.
  EventLog(std::size_t node_count, std::size_t kept, std::string focus);

  void set_state(std::size_t node, NodeState state) { states_[node] = static_cast<char>(state); }

  // A message that `node` sends (mark '>') or that arrives at it (mark '<').
  void message(std::int64_t now_ns, std::size_t node, char mark, std::string_view src,
               std::string_view dest, std::string_view body);
  // Something else that happens to `node`.
  void event(std::int64_t now_ns, std::size_t node, char mark, std::string text);
  // Something that happens to the network.
  void event(std::int64_t now_ns, std::string text);

  // `origin_ns`: what the times count from. Ends with an explanation of the marks.
  std::string grid(std::int64_t origin_ns) const;

 private:
  struct Event {
    std::int64_t time_ns;
    std::string columns;
    std::string text;
  };

  bool speaks_of_focus(std::string_view body) const;
  void keep(std::int64_t now_ns, std::string columns, std::string text);

  std::size_t kept_;
  std::string focus_;
  std::string states_;  // a character a node
  std::deque<Event> events_;
  bool begun_;                  // the focus was seen, if there is one
  std::uint64_t left_out_ = 0;  // earlier ones, with a focus later ones
};

}  // namespace hearsay::sim
