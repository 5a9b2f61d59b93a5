// The elements of JSON arrays and objects, as texts, without a document.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace hearsay::protocol {

// Whether any bytes are JSON: the functions below take nothing else. (To nlohmann's parser a NUL
// byte is the end.)
bool is_json(std::string_view bytes);

// The length of the JSON value at the start of `json`: it ends before a comma or bracket that is
// not its own. White space around it counts as part of it.
std::size_t element_length(std::string_view json);

// Calls each(std::string_view json) for each element of `array`, which is a valid JSON array (as
// the fields of a Message are), surrounding white space removed.
template <typename Each>
void for_each_element(std::string_view array, Each&& each) {
  constexpr auto kIsSpace = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  array.remove_prefix(1);
  array.remove_suffix(1);
  while (!array.empty()) {
    std::string_view element = array.substr(0, element_length(array));
    array.remove_prefix(element.size());
    if (!array.empty()) array.remove_prefix(1);  // the comma
    while (!element.empty() && kIsSpace(element.front())) element.remove_prefix(1);
    if (element.empty()) continue;  // only in an array without elements
    while (kIsSpace(element.back())) element.remove_suffix(1);
    each(element);
  }
}

// The text of a JSON string: `json` has its quotes.
std::string string_of(std::string_view json);

// A member of an object, in two: the name with its quotes, the value's JSON.
struct MemberText {
  std::string_view name;
  std::string_view value;
};
MemberText split_member(std::string_view member);

// Calls each(std::string name, std::string_view json) for each member of `object`, which is a valid
// JSON object, in their order: a name may come twice.
template <typename Each>
void for_each_member(std::string_view object, Each&& each) {
  for_each_element(object, [&](std::string_view text) {
    const MemberText member = split_member(text);
    each(string_of(member.name), member.value);
  });
}

// The value of the member `name` of `object`, which is a valid JSON object; nothing if there is
// none. Of several the last counts, as in most JSON readers.
std::optional<std::string_view> find_member(std::string_view object, std::string_view name);

}  // namespace hearsay::protocol
