#include "tools/cluster/attachment.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "common/base/clock.h"
#include "common/base/units.h"
#include "common/base/version.h"
#include "tools/cluster/json_text.h"
#include "tools/cluster/node_arguments.h"
#include "tools/cluster/test_asks.h"
#include "tools/console/tell.h"
#include "tools/processes/interrupt.h"
#include "tools/processes/path_hints.h"

namespace hearsay::cluster {
namespace {

using bench::tell;

constexpr std::int64_t kTickNs = kNsPerSecond;
constexpr std::int64_t kAskMs = 2'000;
constexpr std::int64_t kFarewellMs = 1'000;
constexpr int kMostAtOnce = 1'000;
constexpr std::size_t kQueuedBytes = std::size_t{64} << 20U;
// Those that know the roster are one group: of who asks for it NATS tells one that is alive.
constexpr const char* kPeers = "peers";
constexpr int kSignalled = 128;

bus::QueueLimit queue_limit(const AttachOptions& options) {
  return {static_cast<std::size_t>(options.queue_lines), kQueuedBytes};
}

bool is_readable(int fd) {
  pollfd looked_at{fd, POLLIN, 0};
  return ::poll(&looked_at, 1, 0) > 0 && (looked_at.revents & POLLIN) != 0;
}

}  // namespace

Attachment::Attachment(const AttachOptions& options, std::string program)
    : options_(options),
      program_(std::move(program)),
      subjects_(options.bus.cluster),
      loop_([this](std::int64_t now_ns, int number) { take_signal(now_ns, number); }),
      network_(options.name, loop_.heap(), queue_limit(options),
               [this](const std::string& line) {
                 to_node_.push(line, line.size());
                 feed_node();
               }),
      check_(options.name),
      initiation_(options.name),
      drops_(options.name),
      to_node_(queue_limit(options)),
      to_bus_(queue_limit(options)),
      shows_stderr_(options.log_file.empty() && ::isatty(STDERR_FILENO) != 0) {
  self_.node = options.name;
  self_.instance = make_instance();
  self_.version = version();
  self_.program = as_utf8(std::filesystem::path(program_).filename());
  self_.host = host_name();
  self_.allows_faults = options.allow_faults;
  self_.pid = ::getpid();
  self_.since_ns = wall_ns();
}

int Attachment::run() {
  if (!options_.log_file.empty()) {
    constexpr mode_t kMode = 0644;
    log_ = FileDescriptor(check_syscall(
        ::open(options_.log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, kMode),
        "can't write " + options_.log_file));
  }
  bus_ = std::make_unique<bus::Connection>(connection_options(options_.bus, options_.name));
  if (bus_->longest_text() < kLeastLineBytes) {
    tell(
        "hearsay attach: the server takes lines of {} bytes only (max_payload): longer ones are "
        "dropped\n",
        bus_->longest_text());
  }
  claim_name();
  subscribe();
  start_node();
  loop_.watch(bus_->fd(), EPOLLIN,
              [this](std::int64_t now_ns, std::uint32_t) { read_bus(now_ns); });
  tell("hearsay attach: {} is in cluster {} on {} ({}, process {})\n", options_.name,
       options_.bus.cluster, bus_->server(), self_.program, self_.node_pid);
  tick(monotonic_ns());
  loop_.run();
  // Whoever watches sees it at once; the name is free with the connection's end.
  self_.state = kEnded;
  say_presence();
  bus_->flush(kFarewellMs);
  if (exit_code_) return *exit_code_;
  if (!node_) return kExitGood;
  return node_->end_signal() ? kSignalled + *node_->end_signal() : node_->exit_status().value_or(1);
}

void Attachment::claim_name() {
  const auto other = bus_->request(subjects_.control(options_.name), R"({"ask":"who"})", kAskMs);
  if (other && other->nobody_is) return;
  if (!other) {
    while (const auto event = bus_->take_event()) {
      if (event->kind == bus::Event::Kind::refused) throw bus::BusError(explain_refusal(*event));
    }
    tell(
        "hearsay attach: the server knows of another {}, which does not answer; it is taken for "
        "gone\n",
        options_.name);
    return;
  }
  const auto who = presence_from(other->text);
  throw bus::BusError(
      fmt::format("the name {} is taken in cluster {}{}: choose another (--name), or end that one",
                  options_.name, options_.bus.cluster,
                  who ? fmt::format(", by process {} on {}", who->pid, who->host) : ""));
}

void Attachment::subscribe() {
  const std::string& name = options_.name;
  for (const std::string& subject :
       {subjects_.lines_to(name), subjects_.line_by_operator(name), subjects_.control(name),
        subjects_.presence(name), subjects_.hail()}) {
    bus_->subscribe(subject);
  }
  if (!bus_->flush(kAskMs)) throw bus::BusError("the server does not answer");
}

void Attachment::start_node() {
  const bench::NodeCommand command{program_,
                                   node_arguments(options_, program_, bus_->longest_text())};
  if (shows_stderr_) {
    node_ = std::make_unique<bench::NodeProcess>(command,
                                                 [](std::string_view line) { tell("{}\n", line); });
    loop_.watch(node_->log().fd(), EPOLLIN, [this](std::int64_t, std::uint32_t) { show_stderr(); });
  } else {
    node_ =
        std::make_unique<bench::NodeProcess>(command, log_.valid() ? log_.get() : STDERR_FILENO);
  }
  self_.node_pid = node_->pid();
  loop_.watch(node_->stdout_fd(), EPOLLIN, [this](std::int64_t, std::uint32_t) { read_node(); });
}

// --- From the bus ---

void Attachment::read_bus(std::int64_t now_ns) {
  while (const auto event = bus_->take_event()) take_event(now_ns, *event);
  // The bell goes on ringing while there are more: the node is heard in between.
  for (int taken = 0; taken < kMostAtOnce; ++taken) {
    const auto message = bus_->take();
    if (!message) break;
    take_message(*message);
  }
  drops_.note_total(Drop::node_slow, to_node_.dropped() + network_.dropped() + bus_->dropped(),
                    "more lines wait for the node than --queue holds");
}

void Attachment::take_message(const bus::Message& message) {
  if (message.nobody_is) return;  // nobody knows the roster yet
  const std::string& subject = message.subject;
  if (subject == subjects_.control(options_.name)) {
    take_control(message);
  } else if (subject == subjects_.presence(options_.name)) {
    take_presence(message);
  } else if (subject == subjects_.hail()) {
    say_presence(sought_in(message.text));
  } else if (subject == subjects_.roster()) {
    if (initiation_.roster()) {
      answer(message, {{"ask", "begin"}, {"roster", to_json(*initiation_.roster())}});
    }
  } else {
    take_line(message);
  }
}

void Attachment::take_line(const bus::Message& message) {
  const std::string_view sender = bus::sender_of_line(message.subject);
  const auto number = network_.take_number(sender);
  if (!node_) {
    drops_.note(Drop::node_down, "somebody had the node killed");
    return;
  }
  const Checked checked = check_.from_bus(message.subject, message.text);
  if (checked.line) heard_.note(sender, monotonic_ns());
  if (!checked.line) {
    drops_.note(checked.drop, checked.why);
  } else if (checked.line->type != "init") {
    network_.take(monotonic_ns(), sender, number, message.text);
  } else if (!sender.empty()) {
    drops_.note(Drop::stranger, "an init is the operator's to give");
  } else if (initiation_.take_init_line()) {
    write_now({message.text});
  } else {
    drops_.note(Drop::second_init, "the node has its init already");
  }
}

void Attachment::take_control(const bus::Message& message) {
  const auto json = nlohmann::json::parse(message.text, nullptr, false);
  const std::string ask = text_at(json, "ask");
  if (ask == "who") {
    nlohmann::json self = to_json(presence());
    self["clock-ns"] = wall_ns();
    answer(message, self);
  } else if (ask == "begin") {
    begin(part_at(json, "roster"), message);
  } else if (ask == kTest || ask == kOver) {
    take_test(ask, text_at(json, "run"), message);
  } else if (is_fault_ask(ask)) {
    take_fault(ask, message);
  } else {
    answer(message, {{"wrong", "that is nothing to ask"}});
    drops_.note(Drop::stranger,
                "a request that nobody understands: " + message.text.substr(0, 200));
  }
}

void Attachment::begin(const nlohmann::json& json, const bus::Message& request) {
  if (!node_) {
    answer(request, {{"wrong", fmt::format("{} is down", options_.name)}});
    return;
  }
  const auto roster = roster_from(json);
  if (!roster) {
    answer(request, {{"wrong", "that is no list of nodes"}});
    return;
  }
  const Initiation::State before = initiation_.state();
  const Initiation::Step step = initiation_.begin(*roster);
  if (step.wrong.empty()) {
    heard_.expect(roster->nodes);
    join_peers();
  }
  answer(request, {{"wrong", step.wrong}});
  if (!step.wrong.empty() && before == Initiation::State::waiting && !said_no_member_) {
    said_no_member_ = true;
    tell("hearsay attach: {}\n", step.wrong);
  }
  write_now(step.lines);
  if (initiation_.state() != before) say_presence();
}

void Attachment::join_peers() {
  if (is_peer_) return;
  is_peer_ = true;
  bus_->subscribe(subjects_.roster(), kPeers);
}

void Attachment::take_presence(const bus::Message& message) {
  const auto other = presence_from(message.text);
  if (!other || other->instance == self_.instance || other->state == kEnded || stopping_) return;
  if (!self_.gives_way_to(*other)) {
    say_presence();  // so that the other sees it
    return;
  }
  tell("hearsay attach: another {} was in cluster {} before (process {} on {}): this one ends\n",
       options_.name, options_.bus.cluster, other->pid, other->host);
  stop(monotonic_ns(), kExitFailed);
}

void Attachment::take_event(std::int64_t now_ns, const bus::Event& event) {
  using Kind = bus::Event::Kind;
  switch (event.kind) {
    case Kind::lost:
      ++self_.bus_losses;
      tell("hearsay attach: {}: the bus is away ({}); the node goes on\n", options_.name,
           event.words);
      break;
    case Kind::back:
      tell("hearsay attach: {}: the bus is back ({})\n", options_.name, event.words);
      flush_to_bus();
      say_presence();
      break;
    case Kind::trouble:
      tell("hearsay attach: {}: the bus says: {}\n", options_.name, event.words);
      break;
    case Kind::refused:
      tell("hearsay attach: {}\n", explain_refusal(event));
      stop(now_ns, kExitFailed);
      break;
    case Kind::ended:
      tell("hearsay attach: {}: the bus takes us no more: {}\n", options_.name, event.words);
      stop(now_ns, kExitFailed);
      break;
  }
}

std::string Attachment::explain_refusal(const bus::Event& event) const {
  return fmt::format("the bus does not let us be {} in cluster {}: {}. Are these its credentials?",
                     options_.name, options_.bus.cluster, event.words);
}

// Whoever asks chooses where the answer goes: only where answers belong.
void Attachment::answer(const bus::Message& request, const nlohmann::json& with) {
  if (!subjects_.is_for_answers(request.reply_to)) return;
  bus_->publish(request.reply_to, with.dump());
}

void Attachment::ask_for_roster() {
  bus_->publish(subjects_.roster(), nlohmann::json{{"node", options_.name}}.dump(),
                subjects_.control(options_.name));
}

// --- To the node ---

void Attachment::write_now(const std::vector<std::string>& lines) {
  if (stopping_) return;
  for (const std::string& line : lines) {
    if (!node_->write(line + "\n")) wait_for_room();
  }
}

void Attachment::feed_node() {
  while (!waits_for_room_ && !to_node_.empty() && !stopping_ &&
         initiation_.state() == Initiation::State::ready) {
    ++self_.lines_in;
    if (!node_->write(to_node_.take() + "\n")) wait_for_room();
  }
}

void Attachment::wait_for_room() {
  if (waits_for_room_) return;
  waits_for_room_ = true;
  loop_.watch(node_->stdin_fd(), EPOLLOUT, [this](std::int64_t, std::uint32_t) {
    if (!node_->write_rest()) return;
    waits_for_room_ = false;
    loop_.forget(node_->stdin_fd());
    if (stopping_) node_->close_stdin();
    feed_node();
  });
}

// --- From the node ---

void Attachment::read_node() {
  const bool more = node_->read_lines([this](std::string_view line, bool cut) {
    take_output(line, cut);
    return true;
  });
  if (!more) loop_.forget(node_->stdout_fd());
}

void Attachment::show_stderr() {
  node_->log().read();
  if (node_->log().is_closed()) loop_.forget(node_->log().fd());
}

void Attachment::show_last_of_stderr() {
  if (!shows_stderr_) return;
  bench::NodeLog& log = node_->log();
  loop_.forget(log.fd());
  log.drain();
  if (!log.unfinished_line().empty()) tell("{}\n", log.unfinished_line());
}

void Attachment::take_output(std::string_view line, bool cut) {
  if (cut || line.size() > bus_->longest_text()) {
    drops_.note(Drop::too_long,
                fmt::format("{}{} bytes; the server takes {} (max_payload in its configuration)",
                            cut ? "more than " : "", line.size(), bus_->longest_text()));
    return;
  }
  const Checked checked = check_.from_node(line);
  if (!checked.line) {
    drops_.note(checked.drop, checked.why);
    return;
  }
  const Initiation::State before = initiation_.state();
  const std::string to(checked.line->dest);
  const Initiation::Heard heard = initiation_.take_output(*checked.line);
  write_now(heard.lines);
  if (initiation_.state() != before) {
    if (!initiation_.refusal().empty()) tell("hearsay attach: {}\n", initiation_.refusal());
    say_presence();
    feed_node();
  }
  if (!heard.ours) send(to, line);
}

void Attachment::send(std::string_view to, std::string_view line) {
  if (to_bus_.empty() &&
      bus_->publish(subjects_.line(to, options_.name), line) == bus::Published::sent) {
    ++self_.lines_out;
    return;
  }
  to_bus_.push({std::string(to), std::string(line)}, line.size());
  drops_.note_total(Drop::bus_away, to_bus_.dropped(), "the bus is away");
}

void Attachment::flush_to_bus() {
  while (!to_bus_.empty()) {
    const Outgoing& oldest = to_bus_.front();
    const bus::Published done =
        bus_->publish(subjects_.line(oldest.to, options_.name), oldest.line);
    if (done == bus::Published::away) return;
    if (done == bus::Published::sent) ++self_.lines_out;
    if (done == bus::Published::too_long) {
      drops_.note(Drop::too_long, "the server that is there now takes less");
    }
    to_bus_.take();
  }
}

// --- Time, and the end ---

void Attachment::tick(std::int64_t now_ns) {
  rates_.take(now_ns, self_);
  if (test_.is_silent(now_ns)) end_test("is not heard of any more");
  flush_to_bus();
  say_presence();
  if (node_ && initiation_.state() == Initiation::State::waiting) ask_for_roster();
  loop_.heap().at(now_ns + kTickNs, [this](std::int64_t later_ns) { tick(later_ns); });
}

Presence Attachment::presence() const {
  Presence now = self_;
  if (now.state.empty() && faults_.is_paused()) now.state = kPaused;
  if (now.state.empty()) now.state = node_ ? name_of(initiation_.state()) : kDown;
  if (now.why.empty()) now.why = initiation_.refusal();
  for (std::size_t i = 0; i < static_cast<std::size_t>(Drop::count_); ++i) {
    const auto drop = static_cast<Drop>(i);
    if (drops_.of(drop) > 0) now.dropped[std::string(name_of(drop))] = drops_.of(drop);
  }
  now.network = in_words(network_.conditions());
  now.hit = network_.hits();
  rates_.put_into(now);
  return now;
}

void Attachment::say_presence(const std::vector<std::string>& sought) {
  Presence now = presence();
  now.heard_ms = heard_.ago_ms(sought, monotonic_ns());
  bus_->publish(subjects_.presence(options_.name), to_json(now).dump());
}

void Attachment::take_signal(std::int64_t now_ns, int number) {
  if (number == SIGCHLD) {
    look_for_death();
  } else if (!stopping_) {
    stop(now_ns, std::nullopt);
  } else if (now_ns - stop_ns_ > bench::kOneWishNs) {
    node_->kill();  // there is one, or the loop had ended
  }
}

void Attachment::look_for_death() {
  if (!node_) return;
  const std::string how = node_->try_reap();
  if (how.empty()) return;
  while (is_readable(node_->stdout_fd())) read_node();
  show_last_of_stderr();
  self_.why = how;
  tell("hearsay attach: {} {}{}\n", options_.name, how,
       stopping_ ? "" : ": it is gone from the bus");
  if (!stopping_)
    bench::tell_text(bench::hint_on_relative_paths({program_, options_.node_arguments}));
  loop_.stop();
}

void Attachment::stop(std::int64_t now_ns, std::optional<int> exit_code) {
  if (stopping_) return;
  stopping_ = true;
  stop_ns_ = now_ns;
  exit_code_ = exit_code;
  if (!node_) {
    loop_.stop();
    return;
  }
  if (!waits_for_room_) node_->close_stdin();  // else half a line would stand there
  const auto grace_ns = static_cast<std::int64_t>(options_.grace_s * kNsPerSecond);
  loop_.heap().at(now_ns + grace_ns, [this](std::int64_t) {
    tell("hearsay attach: {} does not end: it is killed\n", options_.name);
    node_->kill();
  });
}

}  // namespace hearsay::cluster
