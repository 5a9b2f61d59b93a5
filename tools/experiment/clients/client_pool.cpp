#include "tools/experiment/clients/client_pool.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "common/protocol/error_code.h"

namespace hearsay::bench {
namespace {

using protocol::ErrorCode;

struct KnownError {
  std::string_view name;
  ErrorCode code;
  bool definite;
};

constexpr KnownError kKnownErrors[] = {
    {"timeout", ErrorCode::timeout, false},
    {"node-not-found", ErrorCode::node_not_found, true},
    {"not-supported", ErrorCode::not_supported, true},
    {"temporarily-unavailable", ErrorCode::temporarily_unavailable, true},
    {"malformed-request", ErrorCode::malformed_request, true},
    {"crash", ErrorCode::crash, false},
    {"abort", ErrorCode::abort, true},
    {"key-does-not-exist", ErrorCode::key_does_not_exist, true},
    {"key-already-exists", ErrorCode::key_already_exists, true},
    {"precondition-failed", ErrorCode::precondition_failed, true},
    {"txn-conflict", ErrorCode::txn_conflict, true},
};

// Null: Maelstrom does not know the code of this reply of type "error".
const KnownError* find_error(const nlohmann::json& body) {
  const nlohmann::json code = body.value("code", nlohmann::json());
  for (const KnownError& error : kKnownErrors) {
    if (code.is_number_integer() && code == static_cast<int>(error.code)) return &error;
  }
  return nullptr;
}

// Sets type and error of the completion from a reply of type "error".
void take_error(Operation& completion, const nlohmann::json& body, bool idempotent) {
  const KnownError* known = find_error(body);
  const bool definite = known != nullptr && known->definite;
  completion.type = definite || idempotent ? OperationType::fail : OperationType::info;
  completion.error = {known == nullptr ? "unknown" : known->name,
                      body.value("text", nlohmann::json())};
}

}  // namespace

ClientPool::ClientPool(EventHeap& heap, Network& network, Workload& workload, History& history,
                       OddReplies& odd_replies, std::size_t concurrency, std::int64_t origin_ns,
                       OnFree on_free)
    : heap_(heap),
      network_(network),
      workload_(workload),
      history_(history),
      odd_replies_(odd_replies),
      origin_ns_(origin_ns),
      on_free_(std::move(on_free)),
      threads_(concurrency) {
  for (std::size_t i = 0; i < concurrency; ++i) threads_[i].process = static_cast<std::int64_t>(i);
}

// Behind the last one, at the nemesis's place in the turn, the search starts over from the first.
std::optional<std::size_t> ClientPool::next_free(std::size_t first, std::size_t end) const {
  for (std::size_t thread = std::max(turn_, first); thread < end; ++thread) {
    if (!threads_[thread].busy) return thread;
  }
  for (std::size_t thread = first; thread < end; ++thread) {
    if (!threads_[thread].busy) return thread;
  }
  return std::nullopt;
}

void ClientPool::pass_turn() {
  turn_ = (turn_ + 1) % (threads_.size() + 1);
}

void ClientPool::renew_client(Thread& thread) {
  const bool keeps = workload_.reuses_clients() || thread.client_process == thread.process;
  if (keeps && thread.client) return;
  thread.client.reset();
  thread.client = std::make_unique<Client>(heap_, network_, odd_replies_);
  thread.client_process = thread.process;
}

void ClientPool::invoke(std::int64_t now_ns, std::size_t thread, Intent intent, bool final_read) {
  Thread& chosen = threads_[thread];
  Operation operation;
  operation.time_ns = now_ns - origin_ns_;
  operation.process = chosen.process;
  operation.f = std::move(intent.f);
  operation.value = std::move(intent.value);
  operation.extra = std::move(intent.extra);
  operation.final_read = final_read;
  Step step = workload_.begin(operation);
  const std::size_t invocation = history_.append(std::move(operation));

  chosen.busy = true;
  ++busy_;
  pass_turn();
  renew_client(chosen);
  take_step(now_ns, thread, invocation, std::move(step));
}

void ClientPool::take_step(std::int64_t now_ns, std::size_t thread, std::size_t invocation,
                           Step step) {
  if (step.request.is_null()) {
    Operation completion = history_.operations()[invocation];
    completion.type = step.outcome;
    completion.value = std::move(step.value);
    // From the heap, so that who began an operation is not told of its end meanwhile.
    heap_.at(now_ns, [this, thread, completion = std::move(completion)](std::int64_t later_ns) {
      complete(later_ns, thread, completion);
    });
    return;
  }
  const Request request(step.request);
  threads_[thread].client->request(now_ns, network_.node_name(thread % network_.node_count()),
                                   request, workload_.timeout_ns(),
                                   [this, thread, invocation, asked = std::move(step.request)](
                                       std::int64_t later_ns, const nlohmann::json& reply) {
                                     take_reply(later_ns, thread, invocation, asked, reply);
                                   });
}

void ClientPool::take_reply(std::int64_t now_ns, std::size_t thread, std::size_t invocation,
                            const nlohmann::json& request, const nlohmann::json& reply) {
  const bool is_error = reply.is_object() && reply.value("type", nlohmann::json()) == "error";
  if (is_error && find_error(reply) == nullptr) {
    odd_replies_.add_unknown_error(network_.node_name(thread % network_.node_count()), reply);
  }
  Operation completion = history_.operations()[invocation];
  std::string wrong;
  if (!reply.is_null() && !is_error) {
    wrong = malformed_reply(workload_, request.at("type").get<std::string>(), reply);
    if (wrong.empty()) {
      take_step(now_ns, thread, invocation, workload_.go_on(completion, request, reply));
      return;
    }
  } else if (!workload_.handles_errors()) {
    wrong = reply.is_null() ? std::string(kReadTimeout) : std::string(kReplyIsError) + reply.dump();
  }
  const bool idempotent = workload_.is_idempotent(completion.f);
  if (!wrong.empty()) {
    completion.type = OperationType::info;
    completion.error = "indeterminate: " + wrong;
    completion.exception = std::move(wrong);
  } else if (reply.is_null()) {
    completion.type = idempotent ? OperationType::fail : OperationType::info;
    completion.error = "net-timeout";
  } else {
    take_error(completion, reply, idempotent);
  }
  complete(now_ns, thread, std::move(completion));
}

void ClientPool::complete(std::int64_t now_ns, std::size_t number, Operation completion) {
  completion.time_ns = now_ns - origin_ns_;
  Thread& thread = threads_[number];
  if (completion.type == OperationType::info) {
    thread.process += static_cast<std::int64_t>(threads_.size());
  }
  const std::size_t index = history_.append(std::move(completion));
  thread.busy = false;
  --busy_;
  workload_.completed(history_.operations()[index]);
  on_free_(now_ns, number);
}

}  // namespace hearsay::bench
