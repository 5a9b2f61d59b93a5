#include "tests/tools/experiment/verdict/edn_reader.h"

#include <cctype>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace hearsay::test {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool at_end() {
    skip_space();
    return position_ == text_.size();
  }

  nlohmann::json value() {
    skip_space();
    const char c = peek();
    if (c == '{') return map();
    if (c == '(') return sequence(')');
    if (c == '[') return sequence(']');
    if (c == '"') return string();
    if (c == '#') return dispatch();
    return atom();
  }

 private:
  char peek() const {
    if (position_ == text_.size()) throw std::runtime_error("EDN ends too early");
    return text_[position_];
  }

  void skip_space() {
    while (position_ < text_.size() &&
           (std::isspace(static_cast<unsigned char>(text_[position_])) != 0 ||
            text_[position_] == ',')) {
      ++position_;
    }
  }

  bool take(char expected) {
    skip_space();
    if (peek() != expected) return false;
    ++position_;
    return true;
  }

  nlohmann::json map() {
    nlohmann::json result = nlohmann::json::object();
    ++position_;
    while (!take('}')) {
      const nlohmann::json key = value();
      result[key.is_string() ? key.get<std::string>() : key.dump()] = value();
    }
    return result;
  }

  nlohmann::json sequence(char close) {
    nlohmann::json result = nlohmann::json::array();
    ++position_;
    while (!take(close)) result.push_back(value());
    return result;
  }

  nlohmann::json string() {
    const std::size_t begin = position_++;
    while (peek() != '"') position_ += peek() == '\\' ? 2U : 1U;
    ++position_;
    return nlohmann::json::parse(text_.substr(begin, position_ - begin));
  }

  nlohmann::json dispatch() {
    ++position_;
    if (peek() == '{') return sequence('}');
    atom();  // a tag
    return value();
  }

  nlohmann::json atom() {
    const std::size_t begin = position_;
    while (position_ < text_.size() &&
           std::string_view(" \n\t\r,{}()[]\"").find(text_[position_]) == std::string_view::npos) {
      ++position_;
    }
    std::string_view word = text_.substr(begin, position_ - begin);
    if (word.empty()) throw std::runtime_error("not EDN");
    if (word == "nil") return nullptr;
    if (word.front() == ':') return std::string(word.substr(1));
    const nlohmann::json parsed = nlohmann::json::parse(word, nullptr, false);
    return parsed.is_discarded() ? nlohmann::json(std::string(word)) : parsed;
  }

  std::string_view text_;
  std::size_t position_ = 0;
};

bench::OperationType parse_type(const std::string& name) {
  for (const auto type : {bench::OperationType::invoke, bench::OperationType::ok,
                          bench::OperationType::fail, bench::OperationType::info}) {
    if (bench::name_of(type) == name) return type;
  }
  throw std::runtime_error("no type of an operation: " + name);
}

}  // namespace

std::vector<nlohmann::json> read_edn(std::string_view text) {
  Reader reader(text);
  std::vector<nlohmann::json> values;
  while (!reader.at_end()) values.push_back(reader.value());
  return values;
}

std::vector<nlohmann::json> read_recorded(const std::string& name) {
  std::ifstream file(std::string(HEARSAY_TEST_DATA) + "/maelstrom/" + name);
  if (!file) throw std::runtime_error("cannot read the recorded file " + name);
  std::ostringstream text;
  text << file.rdbuf();
  return read_edn(text.str());
}

bench::History to_history(const std::vector<nlohmann::json>& operations) {
  bench::History history;
  for (const nlohmann::json& json : operations) {
    bench::Operation operation;
    operation.time_ns = json.at("time");
    operation.type = parse_type(json.at("type"));
    operation.process = json.at("process").is_string() ? bench::kNemesisProcess
                                                       : json.at("process").get<std::int64_t>();
    operation.f = json.at("f");
    operation.value = json.at("value");
    operation.final_read = json.value("final?", false);
    operation.error = json.value("error", nlohmann::json());
    if (json.contains("exception")) operation.exception = json.at("exception").dump();
    history.append(std::move(operation));
  }
  return history;
}

}  // namespace hearsay::test
