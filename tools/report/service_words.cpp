#include "tools/report/service_words.h"

#include <fmt/core.h>

#include "tools/console/count_text.h"
#include "tools/experiment/verdict/findings.h"

namespace hearsay::bench {
namespace {

// Who asks for a lock or a key may well be refused so often.
constexpr std::int64_t kFewErrors = 20;

const char* types_of(std::string_view service) {
  return service == "lin-tso" ? "ts" : "read, write and cas";
}

std::string on_unknown(std::string_view service, const std::string& node,
                       const Requests& requests) {
  if (requests.unknown == 0) return "";
  return fmt::format(
      "{} sent {} {} of a type that it does not know, so nothing is answered: {} "
      "(it knows {})",
      node, service, count_text(requests.unknown, "request"), shorten_line(requests.unknown_type),
      types_of(service));
}

std::string on_ids(std::string_view service, const std::string& node, const Requests& requests) {
  if (requests.without_msg_id == 0) return "";
  return fmt::format(
      "{} sent {} {} without a msg_id: their answers can't say which request they "
      "are to",
      node, service, count_text(requests.without_msg_id, "request"));
}

std::string on_errors(std::string_view service, const std::string& node, const Requests& requests) {
  for (const auto& [type, alike] : requests.by_type) {
    if (alike.good > 0 || alike.errors < kFewErrors) continue;
    return fmt::format("{} answered every {} of {} with an error, {} times, the last: {}", service,
                       type, node, alike.errors, shorten_line(alike.last_error));
  }
  return "";
}

}  // namespace

std::vector<std::string> service_words(const Services& services) {
  std::vector<std::string> words;
  for (const auto& [service, log] : services.logs()) {
    for (const auto words_on : {on_unknown, on_ids, on_errors}) {
      for (const auto& [node, requests] : log->by_client()) {
        std::string said = words_on(service, node, requests);
        if (said.empty()) continue;
        words.push_back(std::move(said));
        break;
      }
    }
  }
  return words;
}

}  // namespace hearsay::bench
