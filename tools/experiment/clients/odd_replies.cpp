#include "tools/experiment/clients/odd_replies.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "tools/experiment/network/large_integers.h"
#include "tools/experiment/verdict/findings.h"

namespace hearsay::bench {
namespace {

// Of a message without one that a client could ask with.
std::string describe_in_reply_to(const nlohmann::json& body) {
  const auto found = body.find("in_reply_to");
  if (found == body.end()) return "without in_reply_to";
  if (is_whole_number(*found)) {
    return fmt::format(
        "whose in_reply_to is {}, which no open request has",
        found->is_string() ? shorten_line(found->get_ref<const std::string&>()) : found->dump());
  }
  if (found->is_string()) {
    return fmt::format("whose in_reply_to is {}, a string and no number",
                       shorten_line(found->dump()));
  }
  if (found->is_structured()) {
    return fmt::format("whose in_reply_to is an {} and no number", found->type_name());
  }
  return fmt::format("whose in_reply_to is {}, which is no whole number", found->dump());
}

}  // namespace

void OddReplies::add_duplicate(DuplicateReply reply) {
  ++duplicate_count_;
  if (duplicates_.size() < kMostDuplicatesKept) duplicates_.push_back(std::move(reply));
}

void OddReplies::add_stray(std::string_view node, const std::string& client,
                           const nlohmann::json& body, std::string_view text) {
  StrayReply& stray = strays_[std::string(node)];
  ++stray.count;
  stray.client = client;
  stray.text = fmt::format("a message {}: {}", describe_in_reply_to(body), shorten_line(text));
}

void OddReplies::add_unknown_error(std::string_view node, const nlohmann::json& body) {
  UnknownErrors& errors = unknown_errors_[std::string(node)];
  if (errors.count++ > 0) return;
  const auto code = body.find("code");
  errors.has_a_number = code != body.end() && is_whole_number(*code);
  errors.first = shorten_line(body.dump());
}

}  // namespace hearsay::bench
