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
  partners_.emplace_back();
  if (is_client(operation)) {
    if (operation.type == OperationType::invoke) {
      open_.emplace(operation.process, index);
    } else if (const auto found = open_.find(operation.process); found != open_.end()) {
      partners_[found->second] = index;
      partners_[index] = found->second;
      open_.erase(found);
    }
  }
  operations_.push_back(std::move(operation));
  return index;
}

std::optional<std::size_t> History::partner(std::size_t index) const {
  return partners_[index];
}

}  // namespace hearsay::bench
