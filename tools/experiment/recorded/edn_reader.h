// Reads EDN, Clojure's notation, in which Jepsen writes histories and results, as JSON values.
//
// - Keywords become strings without their colon, symbols and characters strings; nil null.
// - Vectors, lists and sets become arrays, maps objects. A key that is neither string, keyword nor
//   symbol is written as JSON: {0 :a} is {"0": "a"}.
// - Tags (#jepsen.history.Op{...}, #inst "...") and metadata are read through: their value counts.
//   A namespaced map (#:a{:b 1}) gets its namespace in the keys.
// - Whole numbers are signed or unsigned 64-bit ones; what is larger, and ratios, become strings of
//   their digits, so that different ones stay different. 1.0 and 1.0M are floats; ##Inf and ##NaN
//   strings.
//
// The text outlives the reader. Brackets are bounded in depth. Not thread-safe.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace hearsay::bench {

class EdnReader {
 public:
  explicit EdnReader(std::string_view text) : text_(text) {}

  // Only blanks, comments and discarded values (#_) are left.
  bool at_end();
  // The next value. Throws BadText.
  nlohmann::json next();

  // Whether a vector or a list comes next; enters it. Its values are read one by one then.
  bool enter_sequence();
  // Within it: whether its end comes next; leaves it.
  bool leave_sequence();

  // In bytes: where the next value begins, after at_end() or leave_sequence() have said no.
  std::size_t position() const { return position_; }

 private:
  char peek() const;
  void skip_blanks();
  bool skip_discarded();
  bool take_close(char close, std::size_t begin, const char* what);
  nlohmann::json value();
  nlohmann::json map(const std::string& space);
  nlohmann::json sequence(char close, const char* what);
  std::string string();
  void escape(std::string& out);
  std::uint32_t hex_digits();
  nlohmann::json dispatch();
  nlohmann::json character();
  std::string_view word();
  nlohmann::json atom();

  std::string_view text_;
  std::size_t position_ = 0;
  std::size_t depth_ = 0;
  std::size_t sequence_begin_ = 0;
  char sequence_close_ = ']';
};

// All the values in `text`, one after the other. Throws BadText.
std::vector<nlohmann::json> read_edn(std::string_view text);

}  // namespace hearsay::bench
