#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tools/trace/deliveries.h"
#include "tools/trace/exports.h"
#include "tools/trace/words.h"

namespace hearsay::traces {
namespace {

// Numbers of processes and threads, in the picture: no two alike.
constexpr std::uint32_t kNumbersANode = 10;
enum Track : std::uint32_t { kSupervisorTrack = 0, kWorkerTrack = 1, kOutageTrack = 2 };

std::string in_quotes(std::string_view text) {
  const auto plain = [](char c) { return c >= ' ' && c < '\x7f' && c != '"' && c != '\\'; };
  if (std::all_of(text.begin(), text.end(), plain)) return fmt::format("\"{}\"", text);
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string in_us(std::int64_t ns) {
  return fmt::format("{}.{:03}", ns / 1000, ns % 1000);
}

class PerfettoFile {
 public:
  PerfettoFile(const RunReader& run, const TimeWindow& window, Output& out)
      : run_(run), window_(window), out_(out), trace_(run.open()) {}

  void write() {
    out_.write("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n");
    while (const TraceEvent* event = trace_.next()) take(*event);
    for (std::uint32_t node = 0; node < nodes_.size(); ++node) {
      close_step(node, end_ns_);
      close_outage(node, end_ns_, "no worker was ready again");
      write_names(node);
    }
    out_.write("\n]}\n");
  }

 private:
  struct Step {
    std::int64_t position;
    std::int64_t begin_ns;
    std::int64_t last_ns;
    std::string name;
    std::string arguments;
  };
  struct Node {
    std::optional<Step> step;
    std::int64_t free_ns = 0;  // the worker's track is, from then on
    std::optional<std::int64_t> outage_ns;
    std::string outage_cause;
    bool shown = false;
  };

  void take(const TraceEvent& event) {
    level_.take(event);
    if (start_ns_ == 0) start_ns_ = event.time_ns;
    end_ns_ = std::max(end_ns_, event.time_ns);
    const Delivery* delivery = deliveries_.take(event);
    if (event.node >= nodes_.size()) nodes_.resize(event.node + 1);
    if (!run_.holds(window_, event.time_ns)) return;
    nodes_[event.node].shown = true;
    take_step(event);
    if (delivery != nullptr) take_delivery(event, *delivery);
    take_life(event);
  }

  void take_step(const TraceEvent& event) {
    if (!event.by_worker) return;
    Node& node = nodes_[event.node];
    if (event.event == Event::step_committed) {
      close_step(event.node, event.time_ns);
      return;
    }
    const auto position = event.position();
    if (!position) return;
    if (!node.step || node.step->position != *position) begin_step(event, *position);
    node.step->last_ns = std::max(node.step->last_ns, event.time_ns);
    const bool worth = event.event != Event::message_received &&
                       event.event != Event::message_sent && event.event != Event::timer_fired;
    if (worth) instant(event, kWorkerTrack);
  }

  // What begins without a message is a timer's: those are told at level trace only.
  void begin_step(const TraceEvent& event, std::int64_t position) {
    close_step(event.node, event.time_ns);
    Node& node = nodes_[event.node];
    const bool message = event.event == Event::message_received;
    std::string name = message ? std::string(event.text(FieldName::type)) : "timer";
    if (message && event.has(FieldName::message)) {
      name.append(" ").append(event.text(FieldName::message));
    }
    const std::int64_t begin_ns = std::max(event.time_ns, node.free_ns);
    node.step = Step{position, begin_ns, begin_ns, std::move(name),
                     fmt::format(R"({{"input":{},"generation":{},"what":{}}})", position,
                                 event.generation, in_quotes(in_words(event)))};
  }

  // Up to its commit; where commits are not recorded, up to its last event.
  void close_step(std::uint32_t number, std::int64_t at_ns) {
    Node& node = nodes_[number];
    if (!node.step) return;
    const Step& step = *node.step;
    const bool traced = level_.reaches(trace::Level::trace);
    const std::int64_t end_ns =
        std::max(step.last_ns + 1, traced ? std::max(at_ns, step.last_ns + 1) : step.last_ns + 1);
    slice(number, kWorkerTrack, step.begin_ns, end_ns, step.name, step.arguments);
    node.free_ns = end_ns;
    node.step.reset();
  }

  void take_delivery(const TraceEvent& event, const Delivery& delivery) {
    if (event.event == Event::values_sent) {
      sent_[delivery.id] = event.time_ns;
      return;
    }
    const auto sent = sent_.extract(delivery.id);
    if (!sent) return;
    const std::string name = in_quotes(event.text(FieldName::way));
    flow('s', delivery.from, sent.mapped(), delivery.id, name);
    flow('f', event.node, event.time_ns, delivery.id, name);
  }

  void take_life(const TraceEvent& event) {
    Node& node = nodes_[event.node];
    if (event.event == Event::worker_died) {
      close_step(event.node, event.time_ns);
      if (!node.outage_ns) node.outage_ns = event.time_ns;
      node.outage_cause = event.text(FieldName::cause);
    } else if (event.event == Event::worker_ready) {
      close_outage(event.node, event.time_ns, node.outage_cause);
    }
    const bool worth = event.level >= trace::Level::info || event.event == Event::line_read ||
                       event.event == Event::line_written;
    if (worth && !event.by_worker) instant(event, kSupervisorTrack);
    if (event.by_worker && event.level >= trace::Level::info && !event.position()) {
      instant(event, kWorkerTrack);
    }
  }

  void close_outage(std::uint32_t number, std::int64_t at_ns, const std::string& cause) {
    Node& node = nodes_[number];
    if (!node.outage_ns) return;
    slice(number, kOutageTrack, *node.outage_ns, at_ns, "no worker",
          fmt::format("{{\"cause\":{}}}", in_quotes(cause)));
    node.outage_ns.reset();
  }

  static std::string place(std::uint32_t node, std::uint32_t track) {
    const std::uint32_t process = (node + 1) * kNumbersANode;
    return fmt::format(R"("pid":{},"tid":{})", process, process + track);
  }
  std::string time(std::int64_t time_ns) const {
    return in_us(std::max<std::int64_t>(0, time_ns - start_ns_));
  }

  void event_line(const std::string& json) {
    if (!first_) out_.write(",\n");
    first_ = false;
    out_.write(json);
  }
  void slice(std::uint32_t node, Track track, std::int64_t begin_ns, std::int64_t end_ns,
             const std::string& name, const std::string& arguments) {
    event_line(fmt::format(R"({{"ph":"X",{},"ts":{},"dur":{},"cat":"{}","name":{},"args":{}}})",
                           place(node, track), time(begin_ns), in_us(end_ns - begin_ns),
                           track == kOutageTrack ? "outage" : "step", in_quotes(name), arguments));
  }
  void instant(const TraceEvent& event, Track track) {
    event_line(
        fmt::format("{{\"ph\":\"i\",\"s\":\"t\",{},\"ts\":{},\"cat\":\"event\",\"name\":{},"
                    "\"args\":{{\"what\":{}}}}}",
                    place(event.node, track), time(event.time_ns), in_quotes(name_of(event.event)),
                    in_quotes(in_words(event))));
  }
  void flow(char phase, std::uint32_t node, std::int64_t time_ns, std::uint64_t id,
            const std::string& name) {
    event_line(fmt::format(R"({{"ph":"{}","bp":"e",{},"ts":{},"cat":"message","name":{},"id":{}}})",
                           phase, place(node, kWorkerTrack), time(time_ns), name, id));
  }
  void write_names(std::uint32_t node) {
    if (!nodes_[node].shown) return;
    const auto name = [&](std::uint32_t track, const char* what, std::string_view text) {
      event_line(fmt::format(R"({{"ph":"M",{},"ts":0,"name":"{}","args":{{"name":{}}}}})",
                             place(node, track), what, in_quotes(text)));
    };
    name(kSupervisorTrack, "process_name", trace_.nodes()[node]);
    name(kSupervisorTrack, "thread_name", "supervisor");
    name(kWorkerTrack, "thread_name", "worker");
    name(kOutageTrack, "thread_name", "outages");
  }

  const RunReader& run_;
  const TimeWindow& window_;
  Output& out_;
  MergedTrace trace_;
  Deliveries deliveries_;
  std::vector<Node> nodes_;
  std::map<std::uint64_t, std::int64_t> sent_;
  LevelSeen level_;
  std::int64_t start_ns_ = 0;
  std::int64_t end_ns_ = 0;
  bool first_ = true;
};

}  // namespace

void export_perfetto(const RunReader& run, const TimeWindow& window, Output& out) {
  run.require(trace::Level::debug, "A picture of steps and messages");
  PerfettoFile(run, window, out).write();
}

}  // namespace hearsay::traces
