#include "tools/experiment/verdict/findings.h"

#include <fmt/core.h>

#include <utility>

#include "tools/experiment/network/foreign_text.h"

namespace hearsay::bench {
namespace {

Finding::Kind kind_of(Refusal::Kind kind) {
  switch (kind) {
    case Refusal::Kind::unknown_source:
      return Finding::Kind::unknown_source;
    case Refusal::Kind::unknown_destination:
      return Finding::Kind::unknown_destination;
    case Refusal::Kind::late_reply:
      return Finding::Kind::late_reply;
    case Refusal::Kind::too_much:
      return Finding::Kind::too_much;
  }
  return Finding::Kind::no_message;
}

}  // namespace

std::string_view name_of(Finding::Kind kind) {
  switch (kind) {
    case Finding::Kind::no_message:
      return "no-message";
    case Finding::Kind::unknown_source:
      return "unknown-source";
    case Finding::Kind::unknown_destination:
      return "unknown-destination";
    case Finding::Kind::late_reply:
      return "late-reply";
    case Finding::Kind::too_much:
      return "too-much";
    case Finding::Kind::oddity:
      return "oddity";
  }
  return "";
}

std::string shorten_line(std::string_view line) {
  return shorten_line(line, line.size());
}

std::string shorten_line(std::string_view beginning, std::size_t bytes) {
  if (bytes <= Findings::kShownLineBytes) return printable(beginning);
  return fmt::format("{}... ({} bytes)", printable(beginning.substr(0, Findings::kShownLineBytes)),
                     bytes);
}

const Finding& Findings::add_bad_line(std::int64_t now_ns, const std::string& node,
                                      std::string reason, std::string_view line) {
  return add_line(Finding::Kind::no_message, now_ns, node, std::move(reason), line);
}

const Finding& Findings::add_held_back(std::int64_t now_ns, const std::string& node,
                                       std::string reason, std::int64_t lines) {
  Finding finding;
  finding.node = node;
  finding.time_ns = now_ns;
  finding.reason = std::move(reason);
  finding.lines = lines;
  return add(std::move(finding));
}

const Finding& Findings::add_oddity(std::int64_t now_ns, const std::string& node,
                                    std::string reason, std::string_view line) {
  return add_line(Finding::Kind::oddity, now_ns, node, std::move(reason), line);
}

const Finding& Findings::add_flood(std::int64_t now_ns, const std::string& node, std::string reason,
                                   std::string_view line) {
  return add_line(Finding::Kind::too_much, now_ns, node, std::move(reason), line);
}

const Finding& Findings::add_line(Finding::Kind kind, std::int64_t now_ns, const std::string& node,
                                  std::string reason, std::string_view line) {
  Finding finding;
  finding.kind = kind;
  finding.node = node;
  finding.time_ns = now_ns;
  finding.reason = std::move(reason);
  finding.line = shorten_line(line);
  return add(std::move(finding));
}

const Finding& Findings::add_refusal(std::int64_t now_ns, const std::string& node, Refusal refusal,
                                     std::string_view dest, std::string_view line) {
  Finding finding;
  finding.kind = kind_of(refusal.kind);
  finding.node = node;
  finding.time_ns = now_ns;
  finding.reason = std::move(refusal.reason);
  finding.line = shorten_line(line);
  if (finding.kind == Finding::Kind::late_reply) {
    finding.client = dest;
    finding.late_ns = refusal.late_ns;
  }
  return add(std::move(finding));
}

const Finding& Findings::add(Finding finding) {
  counts_[finding.kind] += finding.lines;
  ++by_node_[finding.node];
  last_ = std::move(finding);
  if (kept_.size() < kMostKept) kept_.push_back(last_);
  return last_;
}

std::int64_t Findings::wrong() const {
  std::int64_t wrong = 0;
  for (const auto& [kind, count] : counts_) wrong += kind == Finding::Kind::oddity ? 0 : count;
  return wrong;
}

std::int64_t Findings::count_of(const std::string& node) const {
  const auto found = by_node_.find(node);
  return found == by_node_.end() ? 0 : found->second;
}

}  // namespace hearsay::bench
