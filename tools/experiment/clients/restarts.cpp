#include "tools/experiment/clients/restarts.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "common/base/units.h"
#include "tools/experiment/clients/client_pool.h"
#include "tools/experiment/clients/workload.h"
#include "tools/experiment/verdict/findings.h"

namespace hearsay::bench {
namespace {

// In front of what the node wrote: behind it stands whatever.
constexpr const char* kItSent = ": it sent ";

std::string beginning_of_silence(const std::string& node) {
  return node + " did not answer ";
}

}  // namespace

std::string node_ids(const Network& network) {
  nlohmann::json names = nlohmann::json::array();
  for (std::size_t i = 0; i < network.node_count(); ++i) names.push_back(network.node_name(i));
  return names.dump();
}

Request init_request(const std::string& node_id, std::string_view node_ids) {
  return {"init", fmt::format(R"({{"node_id":{},"node_ids":{},"type":"init"}})",
                              nlohmann::json(node_id).dump(), node_ids)};
}

SetupFor setup_requests(const Workload& workload) {
  const nlohmann::json first = workload.setup_body(0);
  if (first.is_null()) return {};
  if (!workload.has_one_setup()) {
    return [&workload](std::size_t node) { return Request(workload.setup_body(node)); };
  }
  return [request = Request(first)](std::size_t /*node*/) { return request; };
}

std::string wrong_answer(const std::string& node, const std::string& asked,
                         const nlohmann::json& reply, const OddReplies& odd_replies) {
  if (reply.is_null()) {
    const auto stray = odd_replies.strays().find(node);
    if (stray == odd_replies.strays().end()) {
      return fmt::format("{}{} within {} s", beginning_of_silence(node), asked,
                         (asked == "init" ? kInitTimeoutNs : kClientTimeoutNs) / kNsPerSecond);
    }
    return fmt::format("{}{}{}{} {}", beginning_of_silence(node), asked, kItSent,
                       stray->second.client, stray->second.text);
  }
  if (reply.value("type", nlohmann::json()) != asked + "_ok") {
    return fmt::format("{} answered {} with {} instead of {}_ok", node, asked,
                       shorten_line(reply.dump()), asked);
  }
  // Of an init_ok nothing else counts.
  const std::string wrong = asked == "init" ? "" : malformed_reply(asked, "", reply);
  if (wrong.empty()) return "";
  return fmt::format("{} answered {} with {}: {}", node, asked, shorten_line(reply.dump()), wrong);
}

bool tells_of_silence(std::string_view wrong, const std::string& node) {
  return wrong.starts_with(beginning_of_silence(node)) &&
         wrong.find(kItSent) == std::string_view::npos;
}

Restarts::Restarts(EventHeap& heap, Network& network, OddReplies& odd_replies, SetupFor setup,
                   CalmSince calm_since, OnAllBack on_all_back, OnFailure on_failure)
    : heap_(heap),
      network_(network),
      odd_replies_(odd_replies),
      setup_(std::move(setup)),
      calm_since_(std::move(calm_since)),
      on_all_back_(std::move(on_all_back)),
      on_failure_(std::move(on_failure)),
      nodes_(network.node_count()) {}

void Restarts::node_started(std::int64_t now_ns, std::size_t node) {
  nodes_[node].client = std::make_unique<Client>(heap_, network_, odd_replies_);
  ++waiting_;
  ask(now_ns, node, init_request(network_.node_name(node), node_ids(network_)), kInitTimeoutNs);
}

void Restarts::node_killed(std::size_t node) {
  if (nodes_[node].client) forget(node);
}

void Restarts::forget(std::size_t node) {
  nodes_[node].client.reset();
  ++nodes_[node].question;
  --waiting_;
}

void Restarts::ask(std::int64_t now_ns, std::size_t node, const Request& request,
                   std::int64_t timeout_ns) {
  ++nodes_[node].question;
  // The client itself waits for ever: it doesn't know of pauses.
  nodes_[node].client->request(
      now_ns, network_.node_name(node), request, std::nullopt,
      [this, node, asked = request.type](std::int64_t later_ns, const nlohmann::json& reply) {
        take_answer(later_ns, node, asked, reply);
      });
  watch(now_ns + timeout_ns, node, request.type, timeout_ns);
}

void Restarts::take_answer(std::int64_t now_ns, std::size_t node, const std::string& asked,
                           const nlohmann::json& reply) {
  const std::string failure = wrong_answer(network_.node_name(node), asked, reply, odd_replies_);
  if (!failure.empty()) {
    on_failure_(now_ns, node, failure);
    return;
  }
  // From the heap, so that the client doesn't die while it is still speaking.
  heap_.at(now_ns, [this, node, asked, question = nodes_[node].question](std::int64_t later_ns) {
    if (nodes_[node].question != question) return;
    if (asked == "init" && setup_) {
      ask(later_ns, node, setup_(node), kClientTimeoutNs);
      return;
    }
    forget(node);
    if (all_are_back()) on_all_back_(later_ns);
  });
}

void Restarts::watch(std::int64_t due_ns, std::size_t node, const std::string& asked,
                     std::int64_t timeout_ns) {
  heap_.at(due_ns,
           [this, node, asked, timeout_ns, question = nodes_[node].question](std::int64_t now_ns) {
             if (nodes_[node].question != question) return;
             const auto calm_since_ns = calm_since_(node);
             const std::int64_t deadline_ns = calm_since_ns.value_or(now_ns) + timeout_ns;
             if (deadline_ns > now_ns) {
               watch(deadline_ns, node, asked, timeout_ns);
             } else {
               on_failure_(now_ns, node,
                           wrong_answer(network_.node_name(node), asked, nullptr, odd_replies_));
             }
           });
}

}  // namespace hearsay::bench
