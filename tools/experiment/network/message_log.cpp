#include "tools/experiment/network/message_log.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "tools/experiment/network/body_scan.h"

namespace hearsay::bench {
namespace {

constexpr std::size_t kLongestValue = 100;
// Members that every request has, and those of init: no values.
constexpr std::string_view kNoValueNames[] = {"type", "msg_id", "in_reply_to", "node_id"};

bool may_name_values(std::string_view name) {
  return std::find(std::begin(kNoValueNames), std::end(kNoValueNames), name) ==
         std::end(kNoValueNames);
}

// A whole number that is written in the usual way and not large.
std::optional<std::uint32_t> small_number(std::string_view text) {
  constexpr std::uint32_t kMost = 1'000'000;
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool usual = text.size() == 1 || (!text.empty() && text.front() != '0');
  if (error != std::errc() || end != text.data() + text.size() || !usual) return std::nullopt;
  if (number > kMost) return std::nullopt;
  return number;
}

}  // namespace

void MessageLog::request(std::int64_t now_ns, std::size_t node, std::string_view body) {
  if (!follows_values_) return;
  scan_body(body, {{}, [&](std::string_view name, std::string_view scalar) {
                     if (!may_name_values(name)) return;
                     if (value_names_.size() < kMostTypes) value_names_.emplace(name);
                     add_value(now_ns, node, scalar);
                   }});
}

void MessageLog::add_value(std::int64_t now_ns, std::size_t node, std::string_view text) {
  if (text.size() > kLongestValue) return;
  if (const auto known = find_value(text)) {
    learn(node, *known);
    return;
  }
  if (values_.size() == kMostValues) {
    cut_ = true;
    return;
  }
  const auto number = static_cast<std::uint32_t>(values_.size());
  values_.push_back({std::string(text), now_ns, static_cast<std::uint32_t>(node)});
  if (const auto small = small_number(text)) {
    if (small_values_.size() <= *small) small_values_.resize(2 * *small + 1, kNone);
    small_values_[*small] = number;
  } else {
    value_numbers_.emplace(text, number);
  }
  learn(node, number);
}

std::optional<std::uint32_t> MessageLog::find_value(std::string_view text) const {
  if (const auto number = small_number(text)) {
    if (*number >= small_values_.size() || small_values_[*number] == kNone) return std::nullopt;
    return small_values_[*number];
  }
  const auto found = value_numbers_.find(std::string(text));
  if (found == value_numbers_.end()) return std::nullopt;
  return found->second;
}

bool MessageLog::learn(std::size_t node, std::uint32_t value) {
  std::vector<bool>& known = known_[node];
  if (known.size() <= value) known.resize(std::max<std::size_t>(value + 1, 2 * known.size()));
  if (known[value]) return false;
  known[value] = true;
  return true;
}

MessageLog::Carried MessageLog::find_carried(std::size_t src, std::string_view body) const {
  Carried carried;
  const auto add = [&](std::string_view text) {
    const auto value = find_value(text);
    if (!value || !knows(src, *value)) return false;
    carried.push_back(*value);
    return true;
  };
  scan_body(body, {[&](const std::vector<std::string_view>& elements) {
                     const std::size_t before = carried.size();
                     if (!std::all_of(elements.begin(), elements.end(), add)) {
                       carried.resize(before);
                     }
                   },
                   [&](std::string_view name, std::string_view scalar) {
                     if (value_names_.count(name) > 0) add(scalar);
                   }});
  std::sort(carried.begin(), carried.end());
  carried.erase(std::unique(carried.begin(), carried.end()), carried.end());
  return carried;
}

std::uint32_t MessageLog::type_number(std::string_view type) {
  const auto found = std::find(types_.begin(), types_.end(), type);
  const auto number = static_cast<std::uint32_t>(found - types_.begin());
  if (found != types_.end()) return number;
  if (types_.size() < kMostTypes) {
    types_.emplace_back(type.substr(0, kLongestValue));
    return number;
  }
  if (types_.size() == kMostTypes) types_.emplace_back("(other types)");
  return static_cast<std::uint32_t>(kMostTypes);
}

std::uint64_t MessageLog::sent(std::int64_t now_ns, std::size_t src, std::size_t dest,
                               std::string_view type, std::string_view body) {
  const std::uint64_t number = next_number_++;
  Flight flight = {
      static_cast<std::uint32_t>(src), static_cast<std::uint32_t>(dest),
      values_.empty() || is_service(src) || is_service(dest) ? Carried() : find_carried(src, body)};
  if (number % stride_ == 0 && messages_.size() == kMostMessages) halve();
  if (number % stride_ == 0) {
    Message message;
    message.sent_ns = now_ns;
    message.src = flight.src;
    message.dest = flight.dest;
    message.type = type_number(type);
    message.body = body.substr(0, kMostBodyBytes);
    message.body_bytes = body.size();
    message.carried_count = flight.carried.size();
    const std::size_t some = std::min(kMostCarried, flight.carried.size());
    message.carried.assign(flight.carried.end() - static_cast<std::ptrdiff_t>(some),
                           flight.carried.end());
    messages_.push_back(std::move(message));
  }
  flights_.emplace(number, std::move(flight));
  return number;
}

void MessageLog::halve() {
  for (std::size_t i = 0; 2 * i < messages_.size(); ++i) {
    if (i > 0) messages_[i] = std::move(messages_[2 * i]);
  }
  messages_.resize((messages_.size() + 1) / 2);
  stride_ *= 2;
}

MessageLog::Message* MessageLog::kept(std::uint64_t number) {
  const bool is = number % stride_ == 0 && number / stride_ < messages_.size();
  return is ? &messages_[number / stride_] : nullptr;
}

void MessageLog::duplicated(std::uint64_t number) {
  const auto flight = flights_.find(number);
  if (flight != flights_.end()) ++flight->second.copies;
}

void MessageLog::end_flight(std::uint64_t number) {
  const auto flight = flights_.find(number);
  if (flight != flights_.end() && --flight->second.copies == 0) flights_.erase(flight);
}

void MessageLog::arrived(std::int64_t now_ns, std::uint64_t number) {
  if (Message* message = kept(number)) {
    if (message->fate == Fate::arrived) {
      message->again_ns.push_back(now_ns);
    } else {
      message->fate = Fate::arrived;
      message->ended_ns = now_ns;
    }
  }
  const auto flight = flights_.find(number);
  if (flight == flights_.end()) return;
  const auto& [src, dest, carried, copies] = flight->second;
  for (const std::uint32_t value : carried) {
    if (!learn(dest, value)) continue;
    if (reaches_.size() < kMostReaches) {
      reaches_.push_back({value, dest, src, now_ns});
    } else {
      cut_ = true;
    }
  }
  end_flight(number);
}

// One copy may get lost while another one is still on its way, or has arrived.
void MessageLog::lost(std::int64_t now_ns, std::uint64_t number, Fault fault) {
  end_flight(number);
  Message* message = kept(number);
  if (message == nullptr || message->fate == Fate::arrived) return;
  message->fate = Fate::lost;
  message->lost_to = fault;
  message->ended_ns = now_ns;
}

}  // namespace hearsay::bench
