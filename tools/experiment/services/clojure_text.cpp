#include "tools/experiment/services/clojure_text.h"

#include <fmt/core.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string_view>

#include "tools/experiment/network/large_integers.h"

namespace hearsay::bench {
namespace {

// Java's Double.toString: 1.0, 1.0E10, 1.5E-4.
std::string java_text(double number) {
  const double size = std::fabs(number);
  if (size != 0 && (size < 1e-3 || size >= 1e7)) {
    int digits = 1;
    while (std::stod(fmt::format("{:.{}e}", number, digits)) != number) ++digits;
    const std::string text = fmt::format("{:.{}e}", number, digits);
    const auto mark = text.find('e');
    return fmt::format("{}E{}", text.substr(0, mark), std::stoi(text.substr(mark + 1)));
  }
  std::string text = fmt::format("{}", number);
  if (text.find('.') == std::string::npos) text += ".0";
  return text;
}

// As kNumberMark is read.
bool is_marked_integer(const std::string& text) {
  return !text.empty() && text.front() == '\0' && is_large_integer(text.substr(1));
}

std::string in_quotes(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        result += "\\\"";
        break;
      case '\\':
        result += "\\\\";
        break;
      case '\n':
        result += "\\n";
        break;
      case '\t':
        result += "\\t";
        break;
      case '\r':
        result += "\\r";
        break;
      case '\f':
        result += "\\f";
        break;
      case '\b':
        result += "\\b";
        break;
      default:
        result += c;
    }
  }
  return result + '"';
}

}  // namespace

std::string clojure_text(const nlohmann::ordered_json& value) {
  if (value.is_null()) return "nil";
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    return is_marked_integer(text) ? text.substr(1) : in_quotes(text);
  }
  if (value.is_number_float()) return java_text(value.get<double>());
  if (!value.is_structured()) return value.dump();
  std::string text;
  for (const auto& [name, element] : value.items()) {
    if (!text.empty()) text += value.is_object() ? ", " : " ";
    if (value.is_object()) text += in_quotes(name) + ' ';
    text += clojure_text(element);
  }
  return value.is_object() ? '{' + text + '}' : '[' + text + ']';
}

std::string clojure_plain_text(const nlohmann::ordered_json& value) {
  if (value.is_null()) return "";
  const bool is_text = value.is_string() && !is_marked_integer(value.get_ref<const std::string&>());
  return is_text ? value.get<std::string>() : clojure_text(value);
}

}  // namespace hearsay::bench
