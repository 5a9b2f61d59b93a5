#include "tools/cluster/attached_nodes.h"

#include <fmt/core.h>
#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <utility>

#include "common/base/clock.h"
#include "common/base/units.h"
#include "tools/cluster/drops.h"
#include "tools/cluster/json_text.h"
#include "tools/cluster/roster.h"
#include "tools/cluster/test_asks.h"
#include "tools/cluster/watch.h"
#include "tools/console/count_text.h"
#include "tools/console/tell.h"

namespace hearsay::cluster {
namespace {

constexpr std::int64_t kServerPatienceMs = 2'000;
constexpr std::int64_t kLastPresenceNs = kNsPerSecond;
// A node of which no answer comes holds up the bench for so long.
constexpr std::int64_t kFaultMs = 500;
constexpr std::int64_t kBeatNs = kNsPerSecond;
constexpr int kBeatsBetweenAsks = 2;
constexpr int kMostMessagesAtOnce = 1'000;
constexpr std::size_t kMostStrangers = 1'000;
// What the bench hears of; far more than a second of what one machine can carry.
constexpr bus::QueueLimit kHeard{1'000'000, std::size_t{256} << 20U};

// What a node did wrong, and what did not let it pass.
constexpr std::array kFaultsOfNodes = {Drop::no_message, Drop::foreign_source, Drop::no_such_name,
                                       Drop::too_long};
// Lost on the way, by nobody's fault.
constexpr std::array kLosses = {Drop::bus_away, Drop::node_slow};

std::uint64_t count_of(const Presence& presence, Drop drop) {
  const auto found = presence.dropped.find(std::string(name_of(drop)));
  return found == presence.dropped.end() ? 0 : found->second;
}

bus::ConnectionOptions hearing_all(const BusOptions& options) {
  bus::ConnectionOptions connection = connection_options(options, name_for_command(options));
  connection.inbound = kHeard;
  return connection;
}

}  // namespace

AttachedNodes::AttachedNodes(bench::EventLoop& loop, const BusOptions& options,
                             std::vector<Presence> nodes, Conditions usual, bool strict,
                             OnDeath on_death)
    : loop_(loop),
      subjects_(options.cluster),
      cluster_(options.cluster),
      on_death_(std::move(on_death)),
      lines_(strict),
      nodes_(std::move(nodes)),
      before_(nodes_),
      usual_(std::move(usual)),
      told_(nodes_.size()),
      said_(nodes_.size(), std::vector<std::uint64_t>(nodes_.size())),
      host_(host_name()),
      bus_(hearing_all(options)) {
  for (std::size_t node = 0; node < nodes_.size(); ++node) {
    numbers_[nodes_[node].node] = node;
    usual_.nodes.insert(nodes_[node].node);
  }
}

void AttachedNodes::start(bench::Network& network) {
  network_ = &network;
  bus_.subscribe(subjects_.all_lines());
  bus_.subscribe(subjects_.all_presences());
  // Nobody speaks before we listen.
  if (!bus_.flush(kServerPatienceMs)) throw bus::BusError("the server does not answer");
  while (const auto event = bus_.take_event()) take_event(*event);
  claim_nodes();
  compare_clocks();
  const std::vector<std::string> without = tell_conditions();
  if (!without.empty()) {
    let_go();
    throw bus::BusError(fmt::format("{} can't be told of the network's faults", in_words(without)));
  }
  network.when_faults_change([this] { unstruck_ += std::ssize(tell_conditions()); });
  beat(monotonic_ns());
  loop_.watch(bus_.fd(), EPOLLIN, [this](std::int64_t now_ns, std::uint32_t) { read_bus(now_ns); });
}

std::vector<std::string> AttachedNodes::stop() {
  over_ = true;
  loop_.forget(bus_.fd());
  network_->when_faults_change(nullptr);
  for (std::size_t node = 0; node < nodes_.size(); ++node) unheard_.insert(node);
  bus_.publish(subjects_.hail(), "");
  const std::int64_t deadline_ns = monotonic_ns() + kLastPresenceNs;
  while (!unheard_.empty() && monotonic_ns() < deadline_ns) {
    while (const auto event = bus_.take_event()) take_event(*event);
    if (const auto message = bus_.wait(deadline_ns)) take_message(monotonic_ns(), *message);
  }
  heard_to_the_end_ = bus_.is_there();
  let_go();
  return {};
}

bool AttachedNodes::deliver(std::int64_t /*now_ns*/, std::size_t node, std::string_view line) {
  line.remove_suffix(1);  // the line feed
  if (bus_.publish(subjects_.line_by_operator(nodes_[node].node), line) != bus::Published::sent) {
    ++unsent_;
  }
  return true;
}

void AttachedNodes::claim_nodes() {
  for (std::size_t node = 0; node < nodes_.size(); ++node) {
    if (!ask(node, {{"ask", kTest}, {"run", usual_.run}}, "test").is_null()) continue;
    let_go();  // of those before it
    throw bus::BusError(fmt::format("{} does not take part in this test", nodes_[node].node));
  }
}

void AttachedNodes::beat(std::int64_t now_ns) {
  if (over_) return;
  const std::string request = nlohmann::json{{"ask", kTest}, {"run", usual_.run}}.dump();
  for (const Presence& node : nodes_) bus_.publish(subjects_.control(node.node), request);
  // It holds up the bench: not too often.
  if (++beats_ % kBeatsBetweenAsks == 0 && bus_.is_there()) ask_again();
  loop_.heap().at(now_ns + kBeatNs, [this](std::int64_t later_ns) { beat(later_ns); });
}

void AttachedNodes::ask_again() {
  tells_ = false;
  tell_conditions();
  for (const auto& [node, ask_for] : std::exchange(unmended_, {})) {
    if (ask(node, {{"ask", ask_for}}, "process").is_null()) unmended_.emplace(node, ask_for);
  }
  tells_ = true;
}

// It was asked and had answered in between (as NTP does, RFC 5905, section 8).
void AttachedNodes::compare_clocks() {
  for (std::size_t node = 0; node < nodes_.size(); ++node) {
    const std::int64_t asked_ns = wall_ns();
    const nlohmann::json answer = ask(node, {{"ask", "who"}}, "clock-ns");
    const std::int64_t half_ns = (wall_ns() - asked_ns) / 2;
    if (answer.is_null() || !answer["clock-ns"].is_number_integer()) continue;
    const auto clock_ns = answer["clock-ns"].get<std::int64_t>();
    if (clock_ns < 0) continue;
    clocks_[node] = {clock_ns - asked_ns - half_ns, half_ns};
  }
}

bench::Passage AttachedNodes::carry(std::size_t from, std::size_t to) {
  const Conditions& there = told_[to];
  if (there.run.empty()) return {};
  return bench::passage_of(there.link, there.seed, nodes_[from].node, nodes_[to].node,
                           line_number_);
}

// --- From the bus ---

void AttachedNodes::read_bus(std::int64_t now_ns) {
  while (const auto event = bus_.take_event()) take_event(*event);
  // The bell goes on ringing while there are more: time and signals have their turn in between.
  for (int taken = 0; taken < kMostMessagesAtOnce; ++taken) {
    const auto message = bus_.take();
    if (!message) break;
    take_message(now_ns, *message);
  }
}

void AttachedNodes::take_event(const bus::Event& event) {
  using Kind = bus::Event::Kind;
  if (event.kind == Kind::refused || event.kind == Kind::ended) {
    throw bus::BusError(
        fmt::format("the bus does not let us test this cluster: {}. With permissions it takes the "
                    "operator's key (--credentials)",
                    event.words));
  }
  if (event.kind == Kind::lost) ++losses_;
  bench::tell("hearsay test: the bus {}: {}\n",
              event.kind == Kind::lost   ? "is away"
              : event.kind == Kind::back ? "is back"
                                         : "says",
              event.words);
}

std::optional<std::size_t> AttachedNodes::number_of(std::string_view name) const {
  const auto found = numbers_.find(name);
  return found == numbers_.end() ? std::nullopt : std::optional(found->second);
}

void AttachedNodes::take_message(std::int64_t now_ns, const bus::Message& message) {
  if (message.subject == subjects_.presence(bus::node_of(message.subject))) {
    take_presence(now_ns, message);
  } else if (!over_) {
    take_line(now_ns, message);
  }
}

void AttachedNodes::take_line(std::int64_t now_ns, const bus::Message& message) {
  const std::string_view sender = bus::sender_of_line(message.subject);
  const auto node = number_of(sender);
  if (!node) {
    ++stranger_lines_;
    if (strangers_.size() < kMostStrangers) strangers_.emplace(sender);
    return;
  }
  if (const auto to = number_of(bus::node_of(message.subject))) {
    line_number_ = said_[*node][*to]++;
  }
  // Said before it was killed, and heard after it: as if it had died before it said that.
  if (down_.count(*node) > 0) return;
  if (is_for_stranger(*node, bus::node_of(message.subject), message.text)) return;
  lines_.take(now_ns, *network_, nodes_[*node].node, message.text);
}

// A node that answers whoever asked it does nothing wrong. It may have been asked before we
// listened: what comes before its init is kept, and answered behind that, before all that we ask.
bool AttachedNodes::is_for_stranger(std::size_t node, std::string_view receiver,
                                    const std::string& text) {
  const bool is_ours = network_->has_named(receiver);  // by now, whoever had the name before
  if (!is_ours && strangers_.count(receiver) > 0) return true;
  const bool may_be_client = receiver.starts_with('c') && !number_of(receiver);
  if (!may_be_client || answered_.count(node) > 0 || strangers_.size() >= kMostStrangers) {
    return false;
  }
  const auto line = nlohmann::json::parse(text, nullptr, false);
  const auto body = part_at(line, "body");
  if (is_ours) {
    if (text_at(body, "type") != "init_ok") answered_.insert(node);
    return false;
  }
  if (part_at(body, "in_reply_to").is_null()) return false;
  ++stranger_lines_;
  strangers_.emplace(receiver);
  return true;
}

void AttachedNodes::take_presence(std::int64_t now_ns, const bus::Message& message) {
  const auto node = number_of(bus::node_of(message.subject));
  const auto said = presence_from(message.text);
  if (!node || !said || said->node != nodes_[*node].node) return;
  Presence& known = nodes_[*node];
  const bool ended = said->state == kEnded;
  if (said->instance != known.instance) {
    if (ended || over_) return;
    on_death_(now_ns, *node,
              fmt::format("another {} was attached during the run (process {} on {}): it has no "
                          "init, and nothing of what the first one knew",
                          said->node, said->pid, said->host));
    return;
  }
  look_at_drops(now_ns, known, *said);
  known = *said;
  unheard_.erase(*node);
  if (ended && !over_) on_death_(now_ns, *node, fmt::format("{} {}", said->node, said->why));
}

// What has attached a node lets through messages only; what it held back is the node's fault as if
// it had come here.
void AttachedNodes::look_at_drops(std::int64_t now_ns, const Presence& before,
                                  const Presence& now) {
  for (const Drop drop : kFaultsOfNodes) {
    if (count_of(now, drop) <= count_of(before, drop)) continue;
    const auto more = static_cast<std::int64_t>(count_of(now, drop) - count_of(before, drop));
    lines_.note_held_back(now_ns, now.node,
                          fmt::format("{} line{} held back where it is attached ({}): what it was "
                                      "is said there",
                                      more, more == 1 ? "" : "s", name_of(drop)),
                          more);
  }
}

// --- Faults ---

nlohmann::json AttachedNodes::ask(std::size_t node, const nlohmann::json& request,
                                  const char* key) {
  const std::string& name = nodes_[node].node;
  const auto answer = bus_.request(subjects_.control(name), request.dump(), kFaultMs);
  auto json = answer && !answer->nobody_is ? nlohmann::json::parse(answer->text, nullptr, false)
                                           : nlohmann::json();
  if (json.is_object() && json.contains(key)) return json;
  if (tells_) {
    bench::tell("hearsay test: {} of {}: {}\n", text_at(request, "ask"), name,
                json.is_object() ? text_at(json, "wrong") : "what has attached it does not answer");
  }
  return {};
}

Conditions AttachedNodes::conditions_of(std::size_t node) const {
  Conditions conditions = usual_;
  conditions.link.wire = network_->wire_now();
  for (std::size_t other = 0; other < nodes_.size(); ++other) {
    if (network_->is_deaf(node, other)) conditions.deaf_to.insert(nodes_[other].node);
  }
  return conditions;
}

// Those that may be told: the test has demanded it of all, if it needs any.
std::vector<std::string> AttachedNodes::tell_conditions() {
  std::vector<std::string> untold;
  for (std::size_t node = 0; node < nodes_.size(); ++node) {
    Conditions now = conditions_of(node);
    if (!nodes_[node].allows_faults || now == told_[node]) continue;
    const nlohmann::json request = {{"ask", kNetwork}, {"conditions", to_json(now)}};
    if (ask(node, request, "network").is_null()) {
      untold.push_back(nodes_[node].node);
    } else {
      told_[node] = std::move(now);
    }
  }
  return untold;
}

// Nobody waits for those who don't answer: they let go by themselves.
void AttachedNodes::let_go() {
  const std::string request = nlohmann::json{{"ask", kOver}, {"run", usual_.run}}.dump();
  for (const Presence& node : nodes_) bus_.publish(subjects_.control(node.node), request);
  bus_.flush(kServerPatienceMs);
}

void AttachedNodes::mend(std::size_t node, std::string_view ask_for) {
  if (!ask(node, {{"ask", ask_for}}, "process").is_null()) return;
  ++unstruck_;
  unmended_.emplace(node, ask_for);
}

std::optional<std::int64_t> AttachedNodes::strike(std::size_t node, std::string_view ask_for) {
  const nlohmann::json answer = ask(node, {{"ask", ask_for}}, "process");
  if (answer.is_null()) {
    ++unstruck_;
    return std::nullopt;
  }
  const nlohmann::json& process = answer["process"];
  return process.is_number_integer() ? std::optional(process.get<std::int64_t>()) : std::nullopt;
}

std::optional<std::int64_t> AttachedNodes::kill_worker(std::int64_t /*now_ns*/, std::size_t node) {
  return strike(node, kKillWorker);
}
std::optional<std::int64_t> AttachedNodes::pause_worker(std::int64_t /*now_ns*/, std::size_t node) {
  unmended_.erase({node, kResumeWorker});
  return strike(node, kPauseWorker);
}
void AttachedNodes::resume_worker(std::int64_t /*now_ns*/, std::size_t node) {
  mend(node, kResumeWorker);
}
void AttachedNodes::kill_node(std::int64_t /*now_ns*/, std::size_t node) {
  unmended_.erase({node, kStart});
  strike(node, kKill);
  down_.insert(node);
}
void AttachedNodes::start_node(std::int64_t /*now_ns*/, std::size_t node) {
  mend(node, kStart);
  down_.erase(node);
}
void AttachedNodes::pause_node(std::int64_t /*now_ns*/, std::size_t node) {
  unmended_.erase({node, kResume});
  strike(node, kPause);
}
void AttachedNodes::resume_node(std::int64_t /*now_ns*/, std::size_t node) {
  mend(node, kResume);
}

// --- What is known of them ---

pid_t AttachedNodes::pid(std::size_t node) const {
  const Presence& known = nodes_[node];
  return known.host == host_ && known.node_pid > 0 ? static_cast<pid_t>(known.node_pid) : -1;
}

std::string AttachedNodes::last_words(std::size_t node, bool /*was_silent*/) const {
  return fmt::format("What it wrote to stderr is where it was attached (process {} on {}).\n",
                     nodes_[node].pid, nodes_[node].host);
}

void AttachedNodes::add_to(bench::Outcome& outcome) const {
  nlohmann::json nodes = nlohmann::json::object();
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const Presence& node = nodes_[i];
    const std::int64_t old_losses = before_[i].bus_losses;
    nodes[node.node] = {{"host", node.host},
                        {"program", node.program},
                        {"version", node.version},
                        {"bus-losses", std::max(node.bus_losses, old_losses) - old_losses},
                        {"dropped", dropped(i)},
                        {"hit", node.hit}};
    const auto clock = clocks_.find(i);
    if (clock == clocks_.end()) continue;
    nodes[node.node]["clock-offset-ns"] = clock->second.ns;
    nodes[node.node]["clock-error-ns"] = clock->second.error_ns;
  }
  outcome.bus = {{"server", bus_.server()},    {"cluster", cluster_},
                 {"losses", losses_},          {"unheard", bus_.dropped()},
                 {"unsent-requests", unsent_}, {"lines-of-others", stranger_lines_},
                 {"nodes", std::move(nodes)}};
  outcome.remarks = find_remarks();
  if (heard_to_the_end_ || !outcome.failure.empty()) return;
  outcome.failure = "the bus is away: what the nodes said at the end was not heard";
  outcome.failure_kind = "bus-away";
}

std::map<std::string, std::uint64_t> AttachedNodes::dropped(std::size_t node) const {
  std::map<std::string, std::uint64_t> more;
  const auto& before = before_[node].dropped;
  for (const auto& [kind, count] : nodes_[node].dropped) {
    const auto known = before.find(kind);
    const std::uint64_t old = known == before.end() ? 0 : known->second;
    if (count > old) more[kind] = count - old;
  }
  return more;
}

std::vector<std::string> AttachedNodes::find_remarks() const {
  std::vector<std::string> remarks;
  if (losses_ > 0) {
    remarks.push_back(fmt::format(
        "the bus was away from the bench, times: {}; what nodes said then is not counted",
        losses_));
  }
  if (bus_.dropped() > 0) {
    remarks.push_back(fmt::format(
        "the bench did not hear {} messages: they came faster than it reads", bus_.dropped()));
  }
  if (unstruck_ > 0) {
    remarks.push_back(
        fmt::format("faults that did not happen, since nobody answered: {}", unstruck_));
  }
  if (unsent_ > 0) remarks.push_back(fmt::format("the bus did not take {} requests", unsent_));
  if (stranger_lines_ > 0) {
    remarks.push_back(fmt::format("others spoke with the nodes during the run, {}: {}",
                                  bench::count_text(stranger_lines_, "line"),
                                  in_words({strangers_.begin(), strangers_.end()})));
  }
  for (const Presence& node : before_) {
    for (const Drop drop : kFaultsOfNodes) {
      const auto count = static_cast<std::int64_t>(count_of(node, drop));
      if (count == 0) continue;
      remarks.push_back(
          fmt::format("{} printed {} before this test that went no further ({}): hearsay test "
                      "counts such lines",
                      node.node, bench::count_text(count, "line"), name_of(drop)));
    }
  }
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const std::string asked = in_words(told_[i]);
    if (unheard_.count(i) == 0 && nodes_[i].network != asked) {
      remarks.push_back(fmt::format(
          R"(at the end the network of {} was "{}", and not "{}" as this test had asked)",
          nodes_[i].node, nodes_[i].network, asked));
    }
    const auto dropped_now = dropped(i);
    for (const Drop drop : kLosses) {
      const auto found = dropped_now.find(std::string(name_of(drop)));
      if (found == dropped_now.end()) continue;
      remarks.push_back(fmt::format("{} lines of or for {} were dropped ({})", found->second,
                                    nodes_[i].node, found->first));
    }
  }
  return remarks;
}

}  // namespace hearsay::cluster
