#include "worker/services/lists.h"

#include "common/protocol/canonical_json.h"
#include "worker/core/body.h"
#include "worker/core/service.h"

namespace hearsay::services {
namespace {

void append_array(std::string& out, const std::vector<std::string>& array) {
  char before = '[';
  for (const std::string& element : array) {
    out.append(1, before).append(element);
    before = ',';
  }
  out += array.empty() ? "[]" : "]";
}

}  // namespace

Lists::Lists(std::string_view json) {
  for (const std::string_view entry : core::read_elements(json)) {
    const auto pair = core::read_elements(entry);
    if (pair.size() != 2) throw core::BadRequest("an entry of the store must be [key, list]");
    std::vector<std::string>& list = lists_[protocol::canonical_json(pair[0])];
    for (const std::string_view element : core::read_elements(pair[1])) {
      list.push_back(protocol::canonical_json(element));
    }
  }
}

std::string Lists::json() const {
  std::vector<std::string> entries;
  entries.reserve(lists_.size());
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
    if (step.changes) lists_[step.key].push_back(step.value);
    done.push_back(step.changes ? R"(["append",)" + step.key + "," + step.value + "]"
                                : R"(["r",)" + step.key + "," + list_json(step.key) + "]");
    bytes += done.back().size();
    if (bytes > kLongestResultBytes) return std::nullopt;
  }
  std::string out;
  append_array(out, done);
  return out;
}

}  // namespace hearsay::services
