#include "worker/services/txn_list_append.h"

#include <array>
#include <cstdint>

#include "common/base/record.h"
#include "worker/core/body.h"
#include "worker/core/context.h"
#include "worker/services/lists.h"
#include "worker/services/store_policy.h"

namespace hearsay::services {
namespace {

using protocol::ErrorCode;

constexpr std::string_view kListsKey = "txn-list-append";
// A client is told of a conflict then, and may try itself.
constexpr std::uint32_t kMostConflicts = 30;

// What a memo begins with; behind it: the transaction, and, while its cas is out, the result.
struct TxnMemo {
  std::uint32_t writes;  // 0: its read is out; 1: its cas is
  std::uint32_t conflicts;
  std::uint64_t txn_bytes;
};

std::string txn_memo(TxnMemo head, std::string_view txn, std::string_view result = {}) {
  head.txn_bytes = txn.size();
  return std::string(bytes_of(head)).append(txn).append(result);
}

void tell(core::Context& context, const core::Asker& asker, std::string_view result) {
  context.reply(asker, "txn_ok", [&](protocol::MessageWriter& body) { body.json("txn", result); });
}

}  // namespace

std::span<const std::string_view> TxnListAppend::types() const {
  static constexpr std::array<std::string_view, 1> kTypes{"txn"};
  return kTypes;
}

void TxnListAppend::handle(core::Context& context, const protocol::Message& message) {
  const std::string_view txn = core::required_field(message, "txn");
  parse_transaction(txn, "append");  // throws when it is none
  read_lists(context, context.asker(message), txn_memo({}, txn));
}

void TxnListAppend::read_lists(core::Context& context, const core::Asker& asker,
                               std::string_view memo) {
  context.request(asker, store_, "read", memo, repeated_for(asker, context.now_ns()),
                  [](protocol::MessageWriter& body) { body.string("key", kListsKey); });
}

void TxnListAppend::on_answer(core::Context& context, const core::Answer& answer) {
  std::string_view memo = answer.memo;
  if (take<TxnMemo>(memo).writes == 0) {
    run(context, answer);
  } else {
    end(context, answer);
  }
}

void TxnListAppend::run(core::Context& context, const core::Answer& answer) {
  const auto code = answer.error();
  const bool nothing_yet = code == ErrorCode::key_does_not_exist;
  if (code && !nothing_yet) {
    // Only a read was tried.
    context.error(answer.asker, ErrorCode::temporarily_unavailable, answer.error_text());
    return;
  }
  if (!code && !answer.is("read_ok")) throw core::BadRequest("not of the type read_ok");
  std::string_view txn = answer.memo;
  auto head = take<TxnMemo>(txn);
  const std::string_view before =
      nothing_yet ? "[]" : core::required_field(*answer.message, "value");
  Lists lists(before);
  const std::string old = lists.json();
  const auto result = lists.run(parse_transaction(txn, "append"));
  if (!result) {
    context.error(answer.asker, ErrorCode::malformed_request, kTooLongResult);
    return;
  }
  const std::string now = lists.json();
  if (now == old) return tell(context, answer.asker, *result);
  head.writes = 1;
  context.request(answer.asker, store_, "cas", txn_memo(head, txn, *result),
                  once_for(answer.asker, context.now_ns()), [&](protocol::MessageWriter& body) {
                    body.string("key", kListsKey).json("from", before).json("to", now);
                    if (nothing_yet) body.json("create_if_not_exists", "true");
                  });
}

void TxnListAppend::end(core::Context& context, const core::Answer& answer) {
  std::string_view rest = answer.memo;
  auto head = take<TxnMemo>(rest);
  const std::string_view txn = rest.substr(0, head.txn_bytes);
  const auto code = answer.error();
  if (!code) {
    if (!answer.is("cas_ok")) throw core::BadRequest("not of the type cas_ok");
    return tell(context, answer.asker, rest.substr(head.txn_bytes));
  }
  const bool conflict =
      code == ErrorCode::precondition_failed || code == ErrorCode::key_does_not_exist;
  if (!conflict) {
    context.error(answer.asker, *code, answer.error_text());
  } else if (++head.conflicts == kMostConflicts) {
    context.error(answer.asker, ErrorCode::txn_conflict,
                  "others were faster again and again; not done");
  } else {
    head.writes = 0;
    read_lists(context, answer.asker, txn_memo(head, txn));
  }
}

}  // namespace hearsay::services
