// What an attached node says of itself, each second, and whenever somebody hails.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace hearsay::cluster {

// State of a node whose process has ended: the last thing that is said of it.
inline constexpr std::string_view kEnded = "ended";
// Of one that was killed because somebody asked for it; it may be started again.
inline constexpr std::string_view kDown = "down";
// Of one that was stopped because somebody asked for it.
inline constexpr std::string_view kPaused = "paused";

struct Presence {
  std::string node;
  std::string instance;  // of the process that has attached it: another one is another node
  std::string state;     // of its initiation, kDown or kEnded
  std::string why;       // of a refusal, or of its end
  std::string version;   // of the command
  std::string program;   // the node's
  std::string host;
  bool allows_faults = false;  // attached with --allow-faults
  std::int64_t pid = 0;        // of the process that has attached it
  std::int64_t node_pid = 0;   // of the node; 0: it is down
  std::int64_t since_ns = 0;   // Unix time at which it was attached
  std::int64_t lines_in = 0;   // that the node got
  std::int64_t lines_out = 0;
  double in_per_s = 0;  // of the last seconds
  double out_per_s = 0;
  std::int64_t bus_losses = 0;                   // how often the bus was away
  std::map<std::string, std::uint64_t> dropped;  // by Drop; those that are none are left out
  std::string network;                           // conditions that a test has set, in words
  std::map<std::string, std::uint64_t> hit;      // lines that they hit (network_faults.h)
  // Of others that a hail asked for (last_heard.h). Else empty.
  std::map<std::string, std::int64_t> heard_ms;

  std::uint64_t dropped_in_all() const;
  // Of two of one name one must go, and both must agree on which: whoever came later.
  bool gives_way_to(const Presence& other) const;
};

nlohmann::json to_json(const Presence& presence);
// Nothing: it is none. Whoever is on the bus may have written it.
std::optional<Presence> presence_from(const std::string& text);

// What this machine calls itself.
std::string host_name();
// Fit for JSON, whatever bytes it is.
std::string as_utf8(const std::string& text);

// A new one: 16 letters that nobody else has.
std::string make_instance();

}  // namespace hearsay::cluster
