#include "tools/trace/clock_messages.h"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "tools/trace/deliveries.h"
#include "tools/trace/log_file.h"

namespace hearsay::traces {
namespace {

// More of a node's inputs are never open: the request ring does not hold them.
constexpr std::size_t kMostOpen = 10'000;

class BothEnds {
 public:
  void take(std::size_t file, const TraceEvent& event) {
    Node& node = nodes_[std::string(event.node_name)];
    if (event.event == Event::node_started) {
      node = {};
    } else if (event.event == Event::worker_recovered) {
      go_back(node, event.number(FieldName::position));
    } else if (event.event == Event::line_read) {
      node.read[event.number(FieldName::position)] = event.time_ns;
    } else if (event.event == Event::values_sent) {
      const std::string key = delivery_key(event.node_name, event.text(FieldName::peer), event);
      note(node, event, ends_[hash(key)].sent, {file, event.time_ns});
    } else if (event.event == Event::values_received) {
      const std::string key = delivery_key(event.text(FieldName::peer), event.node_name, event);
      note(node, event, ends_[hash(key)].received, {file, arrived_ns(node, event)});
    }
  }

  std::vector<ClockMessage> messages() const {
    std::vector<ClockMessage> messages;
    for (const auto& [key, ends] : ends_) {
      // Else the trace has not all of them.
      if (ends.received.size() > ends.sent.size()) continue;
      for (std::size_t i = 0; i < ends.received.size(); ++i) {
        const End& sent = ends.sent[i];
        const End& received = ends.received[i];
        if (sent.file == received.file) continue;
        messages.push_back({sent.file, received.file, sent.at_ns, received.at_ns});
      }
    }
    return messages;
  }

 private:
  struct End {
    std::size_t file;
    std::int64_t at_ns;
  };
  struct Ends {
    std::vector<End> sent;
    std::vector<End> received;
  };
  // What a step has noted, and where: it may turn out not to be committed.
  struct Noted {
    std::int64_t position;
    std::vector<End>* where;
  };
  struct Node {
    std::deque<Noted> open;
    std::map<std::int64_t, std::int64_t> read;  // line_read by position
  };

  // Of a million messages two are taken for one in one run of 10^7.
  static std::uint64_t hash(const std::string& key) { return std::hash<std::string>()(key); }

  static void note(Node& node, const TraceEvent& event, std::vector<End>& ends, const End& end) {
    ends.push_back(end);
    node.open.push_back({event.number(FieldName::position), &ends});
    if (node.open.size() > kMostOpen) node.open.pop_front();
    node.read.erase(node.read.begin(), node.read.lower_bound(node.open.front().position));
  }

  // The next worker runs the steps from there on again.
  static void go_back(Node& node, std::int64_t position) {
    while (!node.open.empty() && node.open.back().position >= position) {
      node.open.back().where->pop_back();
      node.open.pop_back();
    }
  }

  // When the supervisor had read the line: earlier than its step, so it says more.
  static std::int64_t arrived_ns(const Node& node, const TraceEvent& received) {
    const auto line = node.read.find(received.number(FieldName::position));
    return line == node.read.end() ? received.time_ns : std::min(line->second, received.time_ns);
  }

  std::map<std::string, Node, std::less<>> nodes_;
  std::map<std::uint64_t, Ends> ends_;
};

}  // namespace

std::vector<ClockMessage> messages_between(const std::vector<std::filesystem::path>& files,
                                           Progress* progress) {
  BothEnds ends;
  std::int64_t bytes = 0;  // of the files before
  for (std::size_t i = 0; i < files.size(); ++i) {
    LogFile file(files[i]);
    while (file.next()) {
      if (progress != nullptr && progress->is_due()) progress->show(bytes + file.notes().bytes);
      ends.take(i, file.event());
    }
    bytes += file.notes().bytes;
  }
  return ends.messages();
}

}  // namespace hearsay::traces
