#include "worker/services/lists.h"

#include "common/protocol/array_elements.h"
#include "common/protocol/canonical_json.h"
#include "worker/core/service.h"

namespace hearsay::services {
namespace {

std::string canonical(std::string_view json) {
  std::string out;
  protocol::append_canonical_json(out, json);
  return out;
}

std::vector<std::string_view> elements(std::string_view json, const char* what) {
  if (!json.starts_with('[')) throw core::BadRequest(std::string(what) + " must be an array");
  std::vector<std::string_view> found;
  protocol::for_each_element(json, [&](std::string_view element) { found.push_back(element); });
  return found;
}

void append_array(std::string& out, const std::vector<std::string>& array) {
  char before = '[';
  for (const std::string& element : array) {
    out.append(1, before).append(element);
    before = ',';
  }
  out += array.empty() ? "[]" : "]";
}

}  // namespace

std::vector<TxnStep> parse_transaction(std::string_view json) {
  std::vector<TxnStep> steps;
  for (const std::string_view step : elements(json, "body.txn")) {
    const auto parts = elements(step, "a step of body.txn");
    if (parts.size() != 3) throw core::BadRequest("a step of body.txn must be [f, key, value]");
    const std::string f = canonical(parts[0]);
    if (f != R"("append")" && f != R"("r")") {
      throw core::BadRequest(R"(a step of body.txn must be an "r" or an "append")");
    }
    steps.push_back({f != R"("r")", canonical(parts[1]), canonical(parts[2])});
  }
  return steps;
}

Lists::Lists(std::string_view json) {
  for (const std::string_view entry : elements(json, "what the store holds")) {
    const auto pair = elements(entry, "an entry of the store");
    if (pair.size() != 2) throw core::BadRequest("an entry of the store must be [key, list]");
    std::vector<std::string>& list = lists_[canonical(pair[0])];
    for (const std::string_view element : elements(pair[1], "a list of the store")) {
      list.push_back(canonical(element));
    }
  }
}

std::string Lists::json() const {
  std::vector<std::string> entries;
  for (const auto& [key, list] : lists_) entries.push_back("[" + key + "," + list_json(key) + "]");
  std::string out;
  append_array(out, entries);
  return out;
}

std::string Lists::list_json(const std::string& key) const {
  const auto found = lists_.find(key);
  if (found == lists_.end()) return "null";
  std::string out;
  append_array(out, found->second);
  return out;
}

std::optional<std::string> Lists::run(const std::vector<TxnStep>& transaction) {
  std::vector<std::string> done;
  std::size_t bytes = 0;
  for (const TxnStep& step : transaction) {
    if (step.appends) lists_[step.key].push_back(step.element);
    done.push_back(step.appends ? R"(["append",)" + step.key + "," + step.element + "]"
                                : R"(["r",)" + step.key + "," + list_json(step.key) + "]");
    bytes += done.back().size();
    if (bytes > kLongestResultBytes) return std::nullopt;
  }
  std::string out;
  append_array(out, done);
  return out;
}

}  // namespace hearsay::services
