#include "tools/drill/probe.h"

#include <utility>

#include "tools/experiment/clients/client_pool.h"

namespace hearsay::drill {
namespace {

// Between an answer and the next question. Without it the probes of a few nodes would take a whole
// core, and what the outages show would be that.
constexpr std::int64_t kPauseNs = 250'000;

}  // namespace

Probe::Probe(bench::EventHeap& heap, bench::Network& network, bench::OddReplies& odd_replies,
             std::size_t node, BodyFor body_for, Strikes& strikes, ProbeCounts& counts)
    : heap_(heap),
      network_(network),
      odd_replies_(odd_replies),
      node_(node),
      body_for_(std::move(body_for)),
      strikes_(strikes),
      counts_(counts) {
  renew_client();
}

void Probe::renew_client() {
  client_ = std::make_unique<bench::Client>(heap_, network_, odd_replies_);
}

void Probe::start(std::int64_t now_ns) {
  meter_.begin(now_ns);
  ask(now_ns);
}

void Probe::ask(std::int64_t now_ns) {
  if (stopped_ || waits_) return;
  asked_ = body_for_(node_);
  waits_ = true;
  ++counts_.asked;
  client_->request(
      now_ns, network_.node_name(node_), bench::Request(asked_), bench::kClientTimeoutNs,
      [this, now_ns, question = ++question_](std::int64_t later_ns, const nlohmann::json& body) {
        if (question == question_) take_answer(later_ns, now_ns, body);
      });
}

void Probe::take_answer(std::int64_t now_ns, std::int64_t asked_ns, const nlohmann::json& body) {
  waits_ = false;
  if (stopped_) return;
  if (body.is_null()) {
    ++counts_.unanswered;
    // From the heap, so that the client does not die while it is still speaking.
    heap_.at(now_ns, [this](std::int64_t later_ns) {
      if (waits_) return;
      renew_client();
      ask(later_ns);
    });
    return;
  }
  meter_.take_answer(now_ns, asked_ns, strikes_);
  judge(body);
  heap_.at(now_ns + kPauseNs, [this](std::int64_t later_ns) { ask(later_ns); });
}

void Probe::judge(const nlohmann::json& body) {
  const auto field = [](const nlohmann::json& of, const char* name) {
    return of.value(name, nlohmann::json());
  };
  const std::string asked = asked_.at("type");
  if (field(body, "type") == "error") {
    ++counts_.refused;
  } else if (field(body, "type") != asked + "_ok" || field(body, "echo") != field(asked_, "echo")) {
    ++counts_.wrong;
  } else {
    ++counts_.acknowledged;
    if (asked == "generate" && !counts_.ids.insert(field(body, "id").dump()).second) {
      ++counts_.ids_twice;
    }
  }
}

void Probe::node_started(std::int64_t now_ns) {
  if (waits_) {
    ++counts_.cut_off;
    ++question_;
    waits_ = false;
    left_.push_back(std::move(client_));
    renew_client();
  }
  ask(now_ns);
}

}  // namespace hearsay::drill
