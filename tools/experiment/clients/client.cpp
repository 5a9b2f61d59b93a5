#include "tools/experiment/clients/client.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "common/base/check.h"
#include "tools/experiment/network/large_integers.h"

namespace hearsay::bench {
namespace {

// A node that answers what nobody asked without end costs no more memory than this a client.
constexpr std::size_t kMostEarly = 1000;
constexpr std::size_t kMostEarlyBytes = std::size_t{1} << 20U;

nlohmann::json parse(std::string_view body) {
  const auto quoted = quote_large_integers(body);
  return nlohmann::json::parse(quoted ? std::string_view(*quoted) : body);
}

}  // namespace

Request::Request(const nlohmann::json& json)
    : type(json.at("type").get<std::string>()), body(json.dump()) {}

Client::Client(EventHeap& heap, Network& network, OddReplies& odd_replies)
    : heap_(heap),
      network_(network),
      odd_replies_(odd_replies),
      name_(network.add_client(*this)),
      alive_(std::make_shared<int>()) {}

Client::~Client() {
  for (const Early& one : early_) add_stray(one);
  network_.remove_client(name_, gave_up_ns_);
}

void Client::request(std::int64_t now_ns, std::string_view node, const Request& request,
                     std::optional<std::int64_t> timeout_ns, OnReply on_reply) {
  HEARSAY_CHECK(!on_reply_, "one request at a time");
  network_.count_late_receipts(std::exchange(inbox_, 0));
  answered_.push_back(false);
  const std::size_t msg_id = answered_.size();
  on_reply_ = std::move(on_reply);
  if (timeout_ns) {
    heap_.at(now_ns + *timeout_ns,
             [this, msg_id, alive = std::weak_ptr<int>(alive_)](std::int64_t later_ns) {
               const bool stale = alive.expired() || msg_id != answered_.size() || !on_reply_;
               if (stale) return;
               gave_up_ns_ = later_ns;
               finish(later_ns, nullptr);
             });
  }
  const std::string_view fields = std::string_view(request.body).substr(1);
  const auto wrong = network_.send(
      now_ns, name_, node, fmt::format(R"({{"msg_id":{},{})", msg_id, fields), request.type);
  HEARSAY_CHECK(!wrong, "a client and the node it asks are in the network");
  look_at_early(now_ns);
}

void Client::add_stray(const Early& early) const {
  odd_replies_.add_stray(early.node, name_, parse(early.body), early.body);
}

bool Client::keep_early(std::string_view node, std::int64_t in_reply_to, std::string_view body) {
  if (early_.size() == kMostEarly || early_bytes_ + body.size() > kMostEarlyBytes) return false;
  early_bytes_ += body.size();
  early_.push_back({std::string(node), in_reply_to, std::string(body)});
  return true;
}

void Client::look_at_early(std::int64_t now_ns) {
  while (!early_.empty()) {
    const Early early = std::move(early_.front());
    early_.pop_front();
    early_bytes_ -= early.body.size();
    if (early.in_reply_to != static_cast<std::int64_t>(answered_.size())) {
      add_stray(early);
      continue;
    }
    answered_.back() = true;
    heap_.at(now_ns, [this, early, alive = std::weak_ptr<int>(alive_)](std::int64_t later_ns) {
      if (!alive.expired() && on_reply_) finish(later_ns, parse(early.body));
    });
    return;
  }
}

bool Client::receive(std::int64_t now_ns, std::string_view src, std::string_view body) {
  const nlohmann::json json = parse(body);
  const bool waits = static_cast<bool>(on_reply_);
  if (!waits) ++inbox_;

  const auto ahead = ahead_of_request(json);
  if (ahead && !waits && keep_early(src, *ahead, body)) return waits;
  const auto position = find_request(json);
  if (!position) {
    odd_replies_.add_stray(src, name_, json, body);
    return waits;
  }
  if (answered_[*position]) {
    odd_replies_.add_duplicate({std::string(src), name_, static_cast<std::int64_t>(*position + 1)});
    return waits;
  }
  answered_[*position] = true;
  if (waits && *position + 1 == answered_.size()) finish(now_ns, json);
  return waits;
}

std::optional<std::int64_t> Client::ahead_of_request(const nlohmann::json& reply) const {
  const auto reply_to = reply.find("in_reply_to");
  if (reply_to == reply.end() || !reply_to->is_number_integer()) return std::nullopt;
  const auto msg_id = int64_of(*reply_to);
  const bool is_ahead = msg_id && *msg_id > static_cast<std::int64_t>(answered_.size());
  return is_ahead ? msg_id : std::nullopt;
}

std::optional<std::size_t> Client::find_request(const nlohmann::json& reply) const {
  const auto reply_to = reply.find("in_reply_to");
  if (reply_to == reply.end() || !reply_to->is_number_integer()) return std::nullopt;
  const auto msg_id = reply_to->get<std::int64_t>();
  if (msg_id < 1 || msg_id > static_cast<std::int64_t>(answered_.size())) return std::nullopt;
  return static_cast<std::size_t>(msg_id - 1);
}

void Client::finish(std::int64_t now_ns, const nlohmann::json& body) {
  // Taken out first: whoever gets the reply may ask again at once.
  const OnReply on_reply = std::exchange(on_reply_, nullptr);
  on_reply(now_ns, body);
}

}  // namespace hearsay::bench
