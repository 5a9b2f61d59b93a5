#include "tools/experiment/recorded/history_reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "tools/experiment/network/foreign_text.h"
#include "tools/experiment/network/large_integers.h"
#include "tools/experiment/recorded/bad_text.h"
#include "tools/experiment/recorded/edn_reader.h"

namespace hearsay::bench {
namespace {

std::optional<OperationType> parse_type(const nlohmann::json& name) {
  for (const auto type :
       {OperationType::invoke, OperationType::ok, OperationType::fail, OperationType::info}) {
    if (name == name_of(type)) return type;
  }
  return std::nullopt;
}

nlohmann::json take(nlohmann::json& json, const char* key) {
  const auto found = json.find(key);
  return found == json.end() ? nlohmann::json() : std::move(*found);
}

// What a reply lacked is told in a string by us, in a map by Jepsen.
std::string exception_text(const nlohmann::json& exception) {
  if (exception.is_null()) return "";
  return exception.is_string() ? exception.get<std::string>() : exception.dump();
}

class HistoryBuilder {
 public:
  explicit HistoryBuilder(std::string_view text) : text_(text) {}

  // `json` began at `position`.
  void take_operation(std::size_t position, nlohmann::json json) {
    std::string wrong;
    std::optional<Operation> operation = read(json, wrong);
    if (operation) wrong = follow(*operation);
    if (!wrong.empty()) throw BadText(text_, position, wrong);
    history_.append(std::move(*operation));
  }

  History finish() {
    if (history_.operations().empty()) throw BadText(text_, 0, "there is no operation in it");
    return std::move(history_);
  }

 private:
  static std::optional<Operation> read(nlohmann::json& json, std::string& wrong) {
    const auto refuse = [&](const std::string& why) {
      wrong = "this is no operation of a history: " + why;
      return std::nullopt;
    };
    if (!json.is_object()) return refuse("it is no map");
    for (const char* key : {"type", "process", "f"}) {
      if (!json.contains(key)) return refuse(fmt::format("it has no {}", key));
    }
    Operation operation;
    const auto type = parse_type(json.at("type"));
    if (!type) return refuse("its type is not invoke, ok, fail or info");
    operation.type = *type;
    const nlohmann::json& process = json.at("process");
    const bool is_client = process.is_number_integer() && process >= 0 &&
                           process <= std::numeric_limits<std::int64_t>::max();
    if (!is_client && process != "nemesis") {
      return refuse("its process is neither a number from 0 on nor nemesis");
    }
    operation.process = is_client ? process.get<std::int64_t>() : kNemesisProcess;
    if (!json.at("f").is_string()) return refuse("its f is no name");
    operation.f = std::move(json.at("f").get_ref<std::string&>());
    const nlohmann::json time = take(json, "time");
    if (!time.is_null() && !time.is_number_integer()) return refuse("its time is no whole number");
    operation.time_ns = time.is_null() ? 0 : time.get<std::int64_t>();
    operation.value = take(json, "value");
    operation.final_read = take(json, "final?") == true;
    operation.error = take(json, "error");
    operation.exception = exception_text(take(json, "exception"));
    return operation;
  }

  // What is wrong with what the process did before.
  std::string follow(const Operation& operation) {
    if (!is_client(operation)) return "";
    if (operation.type == OperationType::invoke) {
      if (busy_.emplace(operation.process, operation.f).second) return "";
      return fmt::format("process {} begins an operation while another of its is open",
                         operation.process);
    }
    const auto begun = busy_.find(operation.process);
    if (begun == busy_.end()) {
      if (operation.type == OperationType::info) return "";
      return fmt::format("process {} ends an operation that it did not begin", operation.process);
    }
    const std::string f = std::move(begun->second);
    busy_.erase(begun);
    if (f == operation.f) return "";
    return fmt::format("process {} began {} and ends {}", operation.process, f, operation.f);
  }

  std::string_view text_;
  History history_;
  std::unordered_map<std::int64_t, std::string> busy_;  // process, what it has begun
};

bool is_json(std::string_view text) {
  const std::size_t brace = text.find_first_not_of(" \t\r\n");
  if (brace == std::string_view::npos || text[brace] != '{') return false;
  const std::size_t key = text.find_first_not_of(" \t", brace + 1);
  return key != std::string_view::npos && text[key] == '"';
}

History read_jsonl(std::string_view text) {
  HistoryBuilder builder(text);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    if (line.find_first_not_of(" \t\r") != std::string_view::npos) {
      nlohmann::json json;
      try {
        const auto quoted = quote_large_integers(line);
        json = nlohmann::json::parse(quoted ? std::string_view(*quoted) : line,
                                     [&](int depth, auto /*event*/, auto& /*value*/) {
                                       if (depth > static_cast<int>(kDeepest))
                                         throw BadText(text, begin, "brackets are nested too deep");
                                       return true;
                                     });
      } catch (const nlohmann::json::out_of_range& error) {
        throw BadText(text, begin, "a number is too large");
      } catch (const nlohmann::json::parse_error& error) {
        const std::size_t at = std::min(begin + (error.byte == 0 ? 0 : error.byte - 1), end);
        throw BadText(text, at,
                      end == text.size() ? "the text ends within an operation: it was cut off"
                                         : "this line is no JSON");
      }
      builder.take_operation(begin, std::move(json));
    }
    begin = end + 1;
  }
  return builder.finish();
}

History read_edn_history(std::string_view text) {
  if (const auto repaired = repaired_utf8(text)) {
    const auto wrong = std::mismatch(text.begin(), text.end(), repaired->begin(), repaired->end());
    throw BadText(text, static_cast<std::size_t>(wrong.first - text.begin()),
                  "a byte here is not UTF-8");
  }
  HistoryBuilder builder(text);
  EdnReader reader(text);
  const bool one_vector = reader.enter_sequence();
  while (one_vector ? !reader.leave_sequence() : !reader.at_end()) {
    const std::size_t position = reader.position();
    builder.take_operation(position, reader.next());
  }
  if (one_vector && !reader.at_end()) {
    throw BadText(text, reader.position(), "there is more behind the vector of operations");
  }
  return builder.finish();
}

}  // namespace

History read_history(std::string_view text) {
  return is_json(text) ? read_jsonl(text) : read_edn_history(text);
}

}  // namespace hearsay::bench
