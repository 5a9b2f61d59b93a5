#include "tools/processes/node_lines.h"

#include <fmt/core.h>

#include <utility>
#include <variant>

#include "tools/console/tell.h"
#include "tools/experiment/network/foreign_text.h"

namespace hearsay::bench {
namespace {

// How many findings of one node are told while the run goes on.
constexpr std::int64_t kToldFindings = 3;
constexpr const char* kAnswersNames =
    "in an answer src is the node's own name, and dest the src of the request";

std::string words_on(const char* which, const Envelope& message, const std::string& node,
                     std::string_view line) {
  if (message.dest != node) return "";
  const std::string seen =
      message.src == node
          ? "went to itself"
          : fmt::format(R"(has the src "{}" and the dest "{}", so it went to itself)",
                        printable(message.src), node);
  return fmt::format("Its {} message {} ({}):\n    {}\n", which, seen, kAnswersNames,
                     shorten_line(line));
}

// The network takes any name that it knows for the sender's. "": it is the node's own.
std::string words_on_source(const Envelope& message, const std::string& node) {
  if (message.src == node) return "";
  const std::string seen =
      fmt::format(R"(its src is "{}", which is not the name of the node that wrote it)",
                  printable(message.src));
  return message.dest == node ? fmt::format("{}, and its dest is ({})", seen, kAnswersNames) : seen;
}

}  // namespace

std::int64_t NodeLines::messages_of(const std::string& node) const {
  const auto found = talks_.find(node);
  return found == talks_.end() ? 0 : found->second.messages;
}

std::string NodeLines::words_on_answers(const std::string& node) const {
  if (const auto found = talks_.find(node); found != talks_.end()) {
    const Talk& talk = found->second;
    if (!talk.on_first.empty()) return talk.on_first;
    if (!talk.on_last.empty()) return talk.on_last;
  }
  for (const Finding& finding : findings_.kept()) {
    if (finding.node != node || finding.kind == Finding::Kind::oddity) continue;
    return fmt::format("It printed a line that is wrong{}: {}\n    {}\n",
                       strict_ ? ", and with --strict nothing behind it is read" : "",
                       finding.reason, finding.line);
  }
  return "";
}

bool NodeLines::take(std::int64_t now_ns, Network& network, const std::string& node,
                     std::string_view line) {
  const auto parsed = parser_.parse(line);
  const auto* envelope = std::get_if<Envelope>(&parsed);
  if (envelope == nullptr) return note_bad(now_ns, node, std::get<std::string>(parsed), line);
  note_odd(now_ns, node, std::string(envelope->oddity), line);
  Talk& talk = talks_[node];
  if (talk.messages++ == 0) talk.on_first = words_on("first", *envelope, node, line);
  talk.on_last = words_on("last", *envelope, node, line);
  auto refusal =
      network.send(now_ns, envelope->src, envelope->dest, envelope->body, envelope->type);
  if (!refusal) {
    note_odd(now_ns, node, words_on_source(*envelope, node), line);
    return true;
  }
  report(findings_.add_refusal(now_ns, node, std::move(*refusal), envelope->dest, line));
  return !strict_;
}

void NodeLines::note_odd(std::int64_t now_ns, const std::string& node, std::string reason,
                         std::string_view line) {
  if (!reason.empty()) report(findings_.add_oddity(now_ns, node, std::move(reason), line));
}

bool NodeLines::note_bad(std::int64_t now_ns, const std::string& node, std::string reason,
                         std::string_view line) {
  report(findings_.add_bad_line(now_ns, node, std::move(reason), line));
  return !strict_;
}

void NodeLines::note_held_back(std::int64_t now_ns, const std::string& node, std::string reason,
                               std::int64_t lines) {
  report(findings_.add_held_back(now_ns, node, std::move(reason), lines));
}

bool NodeLines::note_flood(std::int64_t now_ns, const std::string& node, std::string reason,
                           std::string_view line) {
  report(findings_.add_flood(now_ns, node, std::move(reason), line));
  return !strict_;
}

void NodeLines::report(const Finding& finding) const {
  const std::int64_t count = findings_.count_of(finding.node);
  if (count > kToldFindings) return;
  const bool odd = finding.kind == Finding::Kind::oddity;
  if (finding.kind == Finding::Kind::too_much) {
    tell("{}: {}: {}\n", speaker_, finding.node, finding.reason);
    return;
  }
  const char* what = odd ? "an odd line"
                     : finding.kind == Finding::Kind::no_message
                         ? "a line that is no message"
                         : "a message that can't be delivered";
  tell("{}: {} printed {}: {}\n", speaker_, finding.node, what, finding.reason);
  if (!finding.line.empty()) tell("    {}\n", finding.line);
  if (strict_ && !odd) {
    tell("    Nothing more is read from it in this run, as under Maelstrom.\n");
  } else if (count == kToldFindings) {
    tell("    More of that kind from {} is only counted.\n", finding.node);
  }
}

}  // namespace hearsay::bench
