#include "tools/experiment/clients/client_pool.h"

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

// Sets type and error of the completion from a reply of type "error".
void take_error(Operation& completion, const nlohmann::json& body, bool idempotent) {
  std::string_view name = "unknown";
  bool definite = false;
  const nlohmann::json code = body.value("code", nlohmann::json());
  for (const KnownError& error : kKnownErrors) {
    if (code.is_number_integer() && code == static_cast<int>(error.code)) {
      name = error.name;
      definite = error.definite;
    }
  }
  completion.type = definite || idempotent ? OperationType::fail : OperationType::info;
  completion.error = {name, body.value("text", nlohmann::json())};
}

}  // namespace

ClientPool::ClientPool(EventHeap& heap, Network& network, Workload& workload, History& history,
                       std::vector<DuplicateReply>& duplicates, std::size_t concurrency,
                       std::int64_t origin_ns, OnFree on_free)
    : heap_(heap),
      network_(network),
      workload_(workload),
      history_(history),
      duplicates_(duplicates),
      origin_ns_(origin_ns),
      on_free_(std::move(on_free)),
      threads_(concurrency) {
  for (std::size_t i = 0; i < concurrency; ++i) threads_[i].process = static_cast<std::int64_t>(i);
}

std::optional<std::size_t> ClientPool::next_free() const {
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    // At the nemesis's place in the turn, the search starts over from thread 0.
    const std::size_t first = turn_ < threads_.size() ? turn_ : 0;
    const std::size_t thread = (first + i) % threads_.size();
    if (!threads_[thread].busy) return thread;
  }
  return std::nullopt;
}

void ClientPool::pass_turn() {
  turn_ = (turn_ + 1) % (threads_.size() + 1);
}

Client& ClientPool::client_of(Thread& thread) {
  const bool renew = !workload_.reuses_clients() && thread.client_process != thread.process;
  if (renew || !thread.client) {
    thread.client.reset();
    thread.client = std::make_unique<Client>(heap_, network_, duplicates_);
    thread.client_process = thread.process;
  }
  return *thread.client;
}

void ClientPool::invoke(std::int64_t now_ns, std::size_t thread, Intent intent, bool final_read) {
  Thread& chosen = threads_[thread];
  Operation operation;
  operation.time_ns = now_ns - origin_ns_;
  operation.process = chosen.process;
  operation.f = std::move(intent.f);
  operation.value = std::move(intent.value);
  operation.final_read = final_read;
  const nlohmann::json request = workload_.request_body(operation);
  const std::size_t invocation = history_.append(std::move(operation));

  chosen.busy = true;
  ++busy_;
  pass_turn();
  client_of(chosen).request(
      now_ns, network_.node_name(thread % network_.node_count()), Request(request),
      kClientTimeoutNs,
      [this, thread, invocation, request](std::int64_t later_ns, const nlohmann::json& reply) {
        complete(later_ns, thread, invocation, request, reply);
      });
}

void ClientPool::complete(std::int64_t now_ns, std::size_t number, std::size_t invocation,
                          const nlohmann::json& request, const nlohmann::json& reply) {
  Operation completion = history_.operations()[invocation];
  completion.time_ns = now_ns - origin_ns_;
  const bool idempotent = workload_.is_idempotent(completion.f);
  if (reply.is_null()) {
    completion.type = idempotent ? OperationType::fail : OperationType::info;
    completion.error = "net-timeout";
  } else if (reply.value("type", nlohmann::json()) == "error") {
    take_error(completion, reply, idempotent);
  } else if (std::string wrong = malformed_reply(workload_, completion, request, reply);
             !wrong.empty()) {
    completion.type = OperationType::info;
    completion.error = "indeterminate: " + wrong;
    completion.exception = std::move(wrong);
  } else {
    completion.type = OperationType::ok;
    completion.value = workload_.result(completion, reply);
  }

  Thread& thread = threads_[number];
  if (completion.type == OperationType::info) {
    thread.process += static_cast<std::int64_t>(threads_.size());
  }
  history_.append(std::move(completion));
  thread.busy = false;
  --busy_;
  on_free_(now_ns);
}

}  // namespace hearsay::bench
