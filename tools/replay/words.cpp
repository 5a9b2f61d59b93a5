#include "tools/replay/words.h"

#include <fmt/core.h>
#include <sys/wait.h>

#include <array>
#include <cctype>
#include <cstring>
#include <vector>

#include "common/protocol/message_record.h"
#include "common/protocol/shared_part.h"
#include "worker/core/context.h"
#include "worker/core/service_list.h"

namespace hearsay::replay {
namespace {

using protocol::InputKind;
using recording::RecordedInput;

constexpr std::size_t kLongestText = 2000;

// What no terminal should get becomes \xHH.
std::string printable(std::string_view text) {
  std::string out;
  for (const char each : text.substr(0, kLongestText)) {
    const auto byte = static_cast<unsigned char>(each);
    if (std::isprint(byte) != 0) {
      out += each;
    } else {
      out += fmt::format("\\x{:02x}", byte);
    }
  }
  if (text.size() > kLongestText) out += fmt::format("... ({} bytes)", text.size());
  return out;
}

std::string_view without_header(const RecordedInput& input) {
  std::string_view rest = input.payload;
  take<protocol::InputHeader>(rest);
  return rest;
}

std::uint64_t word_of(const RecordedInput& input) {
  std::string_view rest = without_header(input);
  return take<std::uint64_t>(rest);
}

std::string describe_token(std::uint64_t packed) {
  const core::TimerToken token = core::unpack_timer_token(packed);
  return fmt::format("service {}, worker {}, token {}", token.owner, token.generation, token.token);
}

bool is_whole(std::uint16_t flags) {
  return (flags & protocol::kFirstPart) != 0 && (flags & protocol::kLastPart) != 0;
}

}  // namespace

InputName name_of(const RecordedInput& input) {
  switch (input.kind) {
    case InputKind::timer:
      return {"timer", "", ""};
    case InputKind::worker_started:
      return {"worker-started", "", ""};
    case InputKind::message:
    case InputKind::message_part:
      break;
  }
  const bool begins = input.kind == InputKind::message || (input.flags & protocol::kFirstPart) != 0;
  const auto message = begins ? protocol::decode_message_head(without_header(input)) : std::nullopt;
  if (!message) return {"part", "", ""};
  return {std::string(message->type), std::string(message->src), trace_name(*message)};
}

std::string describe(std::uint64_t number, const RecordedInput& input) {
  const InputName name = name_of(input);
  std::string text =
      fmt::format("input {} at @{}: {}", number, input.position, printable(name.type));
  if (!name.message.empty()) return text + ' ' + printable(name.message);
  if (!name.src.empty()) text += " from " + printable(name.src);
  return text;
}

std::string body_of(const RecordedInput& input) {
  if (input.kind == InputKind::timer) return describe_token(word_of(input));
  if (input.kind == InputKind::worker_started) return fmt::format("worker {}", word_of(input));
  std::vector<protocol::Field> fields;
  const auto message = protocol::decode_message_record(without_header(input), fields);
  if (!message) return fmt::format("{} bytes of a message", without_header(input).size());
  std::string text = fmt::format("{} -> {} {}", message->src, message->dest, message->type);
  if (message->msg_id) text += fmt::format(" msg_id={}", *message->msg_id);
  if (message->in_reply_to) text += fmt::format(" in_reply_to={}", *message->in_reply_to);
  for (const protocol::Field& field : message->fields) {
    text.append(" ").append(field.name).append("=").append(field.json);
  }
  return printable(text);
}

std::string describe_output(const Record& output) {
  std::string_view rest = output.payload;
  if (output.kind == static_cast<std::uint16_t>(protocol::OutputKind::wake)) {
    const auto wake = take<protocol::WakeRequest>(rest);
    return fmt::format("wake at {} ns ({})", wake.at_ns, describe_token(wake.token));
  }
  take<protocol::LineHeader>(rest);
  if (output.kind == static_cast<std::uint16_t>(protocol::OutputKind::shared)) {
    return fmt::format("a part of a line: {} bytes that answers share",
                       protocol::SharedPart(rest).bytes());
  }
  if (rest.ends_with('\n')) rest.remove_suffix(1);
  return (is_whole(output.flags) ? "" : "a part of a line: ") + printable(rest);
}

std::string describe(const recording::OutputSum& sum) {
  if (sum.header.kind == static_cast<std::uint16_t>(protocol::OutputKind::wake)) {
    return fmt::format("a wake-up, check sum {:016x}", sum.check);
  }
  return fmt::format("{}, {} bytes, check sum {:016x}",
                     is_whole(sum.header.flags) ? "a line" : "a part of a line",
                     sum.header.length - sizeof(protocol::LineHeader), sum.check);
}

std::string describe_change(const Record& change) {
  std::string owner = change.flags == core::kNodeTag ? "node" : fmt::format("{}", change.flags);
  for (const core::ServiceEntry& entry : core::services()) {
    if (entry.tag == change.flags) owner = entry.name;
  }
  return fmt::format("{} kind {}, {} bytes: {}", owner, change.kind, change.payload.size(),
                     printable(change.payload));
}

std::string describe_wait_status(int status) {
  if (WIFSIGNALED(status)) {
    return fmt::format("signal {} ({})", WTERMSIG(status), ::strsignal(WTERMSIG(status)));
  }
  return fmt::format("exit status {}", WEXITSTATUS(status));
}

std::string_view name_of(recording::Cause cause) {
  constexpr std::array<std::string_view, static_cast<std::size_t>(recording::Cause::count_)> kNames{
      "killed as an experiment",
      "it hung and was killed",
      "killed from outside",
      "there was no room for a step",
      "it crashed",
      "it was asked to end"};
  const auto number = static_cast<std::size_t>(cause);
  return number < kNames.size() ? kNames[number] : "of an unknown cause";
}

}  // namespace hearsay::replay
