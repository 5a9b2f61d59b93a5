#include "common/protocol/array_elements.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <array>
#include <bit>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "common/protocol/plain_line.h"

namespace hearsay::protocol {

namespace {

enum class Mark : std::uint8_t { none, quote, open, close, comma };

// Most bytes mean nothing here: one look says so.
constexpr std::array<Mark, 256> kMarks = [] {
  std::array<Mark, 256> marks{};
  marks['"'] = Mark::quote;
  marks['['] = marks['{'] = Mark::open;
  marks[']'] = marks['}'] = Mark::close;
  marks[','] = Mark::comma;
  return marks;
}();

struct Place {
  std::size_t at;
  bool in_string;
};

// From a place outside of strings on, 16 bytes at a time, as long as there are no brackets and no
// escapes: the names of thousands of nodes are nothing else.
Place skip_plain_bytes([[maybe_unused]] std::string_view json, std::size_t at) {
  bool in_string = false;
#ifdef __SSE2__
  constexpr std::size_t kBlock = sizeof(__m128i);
  for (; at + kBlock <= json.size(); at += kBlock) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(json.data() + at));
    const auto are = [](const __m128i& these, char c) {
      return _mm_cmpeq_epi8(these, _mm_set1_epi8(c));
    };
    const __m128i folded = _mm_or_si128(bytes, _mm_set1_epi8('{' ^ '['));  // [ is {, and ] is }
    const __m128i special =
        _mm_or_si128(_mm_or_si128(are(folded, '{'), are(folded, '}')), are(bytes, '\\'));
    if (_mm_movemask_epi8(special) != 0) break;
    const auto quotes = static_cast<unsigned>(_mm_movemask_epi8(are(bytes, '"')));
    in_string ^= (std::popcount(quotes) & 1) != 0;
  }
#endif
  return {at, in_string};
}

#ifdef __SSE2__
// How many bytes of a mask are set.
std::size_t count_of(const __m128i& mask) {
  const __m128i ones = _mm_sub_epi8(_mm_setzero_si128(), mask);
  const __m128i sums = _mm_sad_epu8(ones, _mm_setzero_si128());
  return static_cast<std::size_t>(_mm_cvtsi128_si32(sums)) +
         static_cast<std::size_t>(_mm_extract_epi16(sums, 4));
}
#endif

// From a place within brackets, and outside of strings, on, 16 bytes at a time, as long as there
// are no strings and the outermost bracket can't be closed: lists of numbers are nothing else.
std::size_t skip_numbers([[maybe_unused]] std::string_view json, std::size_t at,
                         [[maybe_unused]] std::size_t& depth) {
#ifdef __SSE2__
  constexpr std::size_t kBlock = sizeof(__m128i);
  for (; at + kBlock <= json.size(); at += kBlock) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(json.data() + at));
    if (_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'))) != 0) break;
    const __m128i folded = _mm_or_si128(bytes, _mm_set1_epi8('{' ^ '['));  // [ is {, and ] is }
    const std::size_t closed = count_of(_mm_cmpeq_epi8(folded, _mm_set1_epi8('}')));
    if (closed >= depth) break;
    depth += count_of(_mm_cmpeq_epi8(folded, _mm_set1_epi8('{'))) - closed;
  }
#endif
  return at;
}

}  // namespace

bool is_json(std::string_view bytes) {
  if (is_plain_json(bytes)) return true;
  return bytes.find('\0') == std::string_view::npos && nlohmann::json::accept(bytes);
}

std::size_t element_length(std::string_view json) {
  std::size_t depth = 0;
  for (std::size_t i = 0; i < json.size(); ++i) {
    switch (kMarks[static_cast<unsigned char>(json[i])]) {
      case Mark::none:
        break;
      case Mark::quote:
        if (depth > 0) {
          const Place place = skip_plain_bytes(json, i);
          const bool skipped = place.at > i;
          if (skipped) i = place.at - 1;
          if (skipped && !place.in_string) break;
        }
        for (++i; i < json.size() && json[i] != '"'; ++i) {
          if (json[i] == '\\') ++i;
        }
        break;
      case Mark::open:
        ++depth;
        i = skip_numbers(json, i + 1, depth) - 1;
        break;
      case Mark::close:
        --depth;
        break;
      case Mark::comma:
        if (depth == 0) return i;
        break;
    }
  }
  return json.size();
}

std::string string_of(std::string_view json) {
  if (json.find('\\') != std::string_view::npos) {
    return nlohmann::json::parse(json).get<std::string>();
  }
  return std::string(json.substr(1, json.size() - 2));
}

MemberText split_member(std::string_view member) {
  std::size_t quote = 1;  // the one that closes the name
  for (; member[quote] != '"'; ++quote) {
    if (member[quote] == '\\') ++quote;
  }
  const std::size_t colon = member.find(':', quote);
  return {member.substr(0, quote + 1),
          member.substr(member.find_first_not_of(" \t\r\n", colon + 1))};
}

std::optional<std::string_view> find_member(std::string_view object, std::string_view name) {
  std::optional<std::string_view> found;
  for_each_member(object, [&](const std::string& its_name, std::string_view value) {
    if (its_name == name) found = value;
  });
  return found;
}

}  // namespace hearsay::protocol
