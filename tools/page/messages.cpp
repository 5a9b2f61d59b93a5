#include "tools/page/messages.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "tools/experiment/network/foreign_text.h"

namespace hearsay::page {
namespace {

using bench::MessageLog;

// Of all texts, and of all lists of values: a page should not be larger than a few MB.
constexpr std::size_t kMostBodyBytes = 1'500'000;
constexpr std::size_t kMostCarried = 400'000;
constexpr std::size_t kFewestCarriedEach = 4;

constexpr int kOnTheWay = -1;
constexpr int kArrived = -2;

int fate_of(const MessageLog::Message& message) {
  if (message.fate == MessageLog::Fate::lost) return static_cast<int>(index_of(message.lost_to));
  return message.fate == MessageLog::Fate::arrived ? kArrived : kOnTheWay;
}

// Microseconds, each as the difference to the last.
class Deltas {
 public:
  explicit Deltas(std::int64_t start_ns) : start_ns_(start_ns) {}
  void add(std::int64_t time_ns) {
    const std::int64_t time_us = (time_ns - start_ns_) / 1000;
    values_.push_back(time_us - last_us_);
    last_us_ = time_us;
  }
  std::vector<std::int64_t> take() { return std::move(values_); }

 private:
  std::int64_t start_ns_;
  std::int64_t last_us_ = 0;
  std::vector<std::int64_t> values_;
};

// Each different text once. When they take more than their room, those of every second message are
// left out, or of three in four, ...
class Bodies {
 public:
  explicit Bodies(const std::vector<MessageLog::Message>& messages) {
    std::size_t step = 1;
    while (!fill(messages, step)) step *= 2;
  }
  nlohmann::json numbers;  // by message; -1: left out
  nlohmann::json texts;

 private:
  bool fill(const std::vector<MessageLog::Message>& messages, std::size_t step) {
    numbers = texts = nlohmann::json::array();
    std::unordered_map<std::string, std::size_t> known;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < messages.size(); ++i) {
      if (i % step != 0) {
        numbers.push_back(-1);
        continue;
      }
      const auto [found, is_new] = known.try_emplace(messages[i].body, known.size());
      numbers.push_back(found->second);
      if (!is_new) continue;
      bytes += messages[i].body.size();
      if (bytes > kMostBodyBytes) return false;
      texts.push_back(bench::printable_lines(messages[i].body));
    }
    return true;
  }
};

nlohmann::json newest(const std::vector<std::uint32_t>& carried, std::size_t most) {
  const std::size_t some = std::min(most, carried.size());
  return std::vector<std::uint32_t>(carried.end() - static_cast<std::ptrdiff_t>(some),
                                    carried.end());
}

// Nodes as they are numbered; behind them the services that messages are from or to.
class Rows {
 public:
  Rows(const bench::Network& network, const MessageLog& log) : nodes_(network.node_count()) {
    for (const MessageLog::Message& message : log.messages()) {
      for (const std::uint32_t member : {message.src, message.dest}) {
        if (member >= nodes_) services_.insert(member);
      }
    }
    for (const std::uint32_t service : services_) names_.push_back(network.node_name(service));
  }

  std::size_t row_of(std::uint32_t member) const {
    if (member < nodes_) return member;
    const auto before = std::distance(services_.begin(), services_.find(member));
    return nodes_ + static_cast<std::size_t>(before);
  }
  const nlohmann::json& service_names() const { return names_; }

 private:
  std::size_t nodes_;
  std::set<std::uint32_t> services_;
  nlohmann::json names_ = nlohmann::json::array();
};

nlohmann::json describe_messages(const MessageLog& log, const Rows& rows, std::int64_t start_ns) {
  const auto& messages = log.messages();
  const std::size_t most = std::clamp(kMostCarried / std::max<std::size_t>(1, messages.size()),
                                      kFewestCarriedEach, MessageLog::kMostCarried);
  nlohmann::json columns;
  for (const char* name :
       {"flight", "src", "dest", "type", "fate", "body_bytes", "carried", "carried_count"}) {
    columns[name] = nlohmann::json::array();
  }
  nlohmann::json again = nlohmann::json::object();
  Deltas sent(start_ns);
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const MessageLog::Message& message = messages[i];
    sent.add(message.sent_ns);
    const bool ended = message.fate != MessageLog::Fate::on_the_way;
    const std::int64_t sent_us = (message.sent_ns - start_ns) / 1000;
    columns["flight"].push_back(ended ? (message.ended_ns - start_ns) / 1000 - sent_us : 0);
    columns["src"].push_back(rows.row_of(message.src));
    columns["dest"].push_back(rows.row_of(message.dest));
    columns["type"].push_back(message.type);
    columns["fate"].push_back(fate_of(message));
    columns["body_bytes"].push_back(message.body_bytes);
    columns["carried"].push_back(newest(message.carried, most));
    columns["carried_count"].push_back(message.carried_count);
    for (const std::int64_t time_ns : message.again_ns) {
      again[std::to_string(i)].push_back((time_ns - start_ns) / 1000);
    }
  }
  Bodies bodies(messages);
  columns["sent"] = sent.take();
  columns["again"] = std::move(again);
  columns["body"] = std::move(bodies.numbers);
  columns["bodies"] = std::move(bodies.texts);
  columns["count"] = log.count();
  columns["stride"] = log.stride();
  return columns;
}

// The types with how many there are in all, thinned out or not.
void add_types(nlohmann::json& columns, const bench::Network& network, const MessageLog& log) {
  columns["types"] = log.types();
  nlohmann::json counts = nlohmann::json::array();
  for (const std::string& type : log.types()) {
    std::int64_t count = 0;
    for (const auto& sum : network.traffic().server_types()) {
      if (sum.type == type) count = sum.sum.messages;
    }
    counts.push_back(count);
  }
  columns["type_counts"] = std::move(counts);
}

}  // namespace

void add_messages(nlohmann::json& page, const bench::Network& network, const MessageLog& log,
                  std::int64_t load_start_ns) {
  const Rows rows(network, log);
  page["services"] = rows.service_names();
  page["messages"] = describe_messages(log, rows, load_start_ns);
  add_types(page["messages"], network, log);
  nlohmann::json values = {{"text", nlohmann::json::array()},
                           {"t", nlohmann::json::array()},
                           {"node", nlohmann::json::array()}};
  for (const MessageLog::Value& value : log.values()) {
    values["text"].push_back(value.text);
    values["t"].push_back((value.given_ns - load_start_ns) / 1000);
    values["node"].push_back(value.node);
  }
  page["values"] = std::move(values);
  nlohmann::json reaches = {{"value", nlohmann::json::array()},
                            {"node", nlohmann::json::array()},
                            {"from", nlohmann::json::array()}};
  Deltas times(load_start_ns);
  for (const MessageLog::Reach& reach : log.reaches()) {
    reaches["value"].push_back(reach.value);
    reaches["node"].push_back(reach.node);
    reaches["from"].push_back(reach.from);
    times.add(reach.time_ns);
  }
  reaches["t"] = times.take();
  page["reaches"] = std::move(reaches);
  page["spread_is_cut"] = log.is_cut();
  page["most_body_bytes"] = MessageLog::kMostBodyBytes;
}

}  // namespace hearsay::page
