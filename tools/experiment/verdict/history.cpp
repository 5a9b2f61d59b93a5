#include "tools/experiment/verdict/history.h"

#include <utility>

namespace hearsay::bench {

std::string_view name_of(OperationType type) {
  switch (type) {
    case OperationType::invoke:
      return "invoke";
    case OperationType::ok:
      return "ok";
    case OperationType::fail:
      return "fail";
    case OperationType::info:
      return "info";
  }
  return "";
}

nlohmann::json to_json(const Operation& operation) {
  nlohmann::json json = {{"index", operation.index},
                         {"time", operation.time_ns},
                         {"type", name_of(operation.type)},
                         {"process", operation.process},
                         {"f", operation.f},
                         {"value", operation.value}};
  if (!is_client(operation)) json["process"] = "nemesis";
  if (operation.final_read) json["final?"] = true;
  if (!operation.error.is_null()) json["error"] = operation.error;
  if (!operation.exception.empty()) json["exception"] = operation.exception;
  if (!operation.extra.is_null()) json.update(operation.extra);
  return json;
}

std::size_t History::append(Operation operation) {
  const std::size_t index = operations_.size();
  operation.index = static_cast<std::int64_t>(index);
  operations_.push_back(std::move(operation));
  partners_.resize(operations_.size());
  const Operation& appended = operations_.back();
  if (!is_client(appended)) return index;
  if (appended.type == OperationType::invoke) {
    open_.emplace(appended.process, index);
  } else if (const auto found = open_.find(appended.process); found != open_.end()) {
    partners_[found->second] = index;
    partners_[index] = found->second;
    open_.erase(found);
  }
  return index;
}

std::optional<std::size_t> History::partner(std::size_t index) const {
  if (index >= partners_.size()) return std::nullopt;  // there was no memory for it
  return partners_[index];
}

}  // namespace hearsay::bench
