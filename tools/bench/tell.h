// Words for people on stderr.
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <string>
#include <utility>

namespace hearsay::bench {

// Never throws because nobody can read it: a closed or full stderr is no reason to end a run.
template <typename... Values>
void tell(fmt::format_string<Values...> format, Values&&... values) {
  const std::string text = fmt::format(format, std::forward<Values>(values)...);
  static_cast<void>(!std::fwrite(text.data(), 1, text.size(), stderr));
}

}  // namespace hearsay::bench
