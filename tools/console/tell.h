// Words for people, on stderr and stdout.
#pragma once

#include <fmt/core.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <utility>

namespace hearsay::bench {

// Never throws because nobody can read it: a closed or full stderr is no reason to end a run.
template <typename... Values>
void tell(fmt::format_string<Values...> format, Values&&... values) {
  const std::string text = fmt::format(format, std::forward<Values>(values)...);
  static_cast<void>(!std::fwrite(text.data(), 1, text.size(), stderr));
}

// To stdout. Returns "" or why it takes no more.
inline std::string print(const std::string& text) {
  errno = 0;
  const bool good =
      std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  return good ? "" : std::strerror(errno);
}

}  // namespace hearsay::bench
