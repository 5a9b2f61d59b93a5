#include "tools/cluster/presence.h"

#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <random>
#include <tuple>

#include "tools/experiment/network/foreign_text.h"

namespace hearsay::cluster {

std::uint64_t Presence::dropped_in_all() const {
  std::uint64_t sum = 0;
  for (const auto& [kind, count] : dropped) sum += count;
  return sum;
}

bool Presence::gives_way_to(const Presence& other) const {
  return std::tie(other.since_ns, other.instance) < std::tie(since_ns, instance);
}

nlohmann::json to_json(const Presence& presence) {
  return {{"node", presence.node},
          {"instance", presence.instance},
          {"state", presence.state},
          {"why", presence.why},
          {"version", presence.version},
          {"program", presence.program},
          {"host", presence.host},
          {"allows-faults", presence.allows_faults},
          {"pid", presence.pid},
          {"node-pid", presence.node_pid},
          {"since-ns", presence.since_ns},
          {"lines-in", presence.lines_in},
          {"lines-out", presence.lines_out},
          {"in-per-s", presence.in_per_s},
          {"out-per-s", presence.out_per_s},
          {"bus-losses", presence.bus_losses},
          {"dropped", presence.dropped},
          {"network", presence.network},
          {"hit", presence.hit},
          {"heard-ms", presence.heard_ms}};
}

std::optional<Presence> presence_from(const std::string& text) {
  try {
    const nlohmann::json json = nlohmann::json::parse(text);
    Presence presence;
    json.at("node").get_to(presence.node);
    json.at("instance").get_to(presence.instance);
    json.at("state").get_to(presence.state);
    json.at("why").get_to(presence.why);
    json.at("version").get_to(presence.version);
    json.at("program").get_to(presence.program);
    json.at("host").get_to(presence.host);
    json.at("allows-faults").get_to(presence.allows_faults);
    json.at("pid").get_to(presence.pid);
    json.at("node-pid").get_to(presence.node_pid);
    json.at("since-ns").get_to(presence.since_ns);
    json.at("lines-in").get_to(presence.lines_in);
    json.at("lines-out").get_to(presence.lines_out);
    json.at("in-per-s").get_to(presence.in_per_s);
    json.at("out-per-s").get_to(presence.out_per_s);
    json.at("bus-losses").get_to(presence.bus_losses);
    json.at("dropped").get_to(presence.dropped);
    json.at("network").get_to(presence.network);
    json.at("hit").get_to(presence.hit);
    json.at("heard-ms").get_to(presence.heard_ms);
    return presence;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? as_utf8(name.data()) : "";
}

std::string as_utf8(const std::string& text) {
  return bench::repaired_utf8(text).value_or(text);
}

std::string make_instance() {
  std::random_device chance;
  return fmt::format("{:08x}{:08x}", chance(), chance());
}

}  // namespace hearsay::cluster
