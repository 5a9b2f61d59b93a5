// How wide the terminal is.
#pragma once

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstddef>
#include <optional>

namespace hearsay {

// Of a terminal that does not say.
inline constexpr std::size_t kUsualColumns = 80;

// Nothing: `fd` is no terminal.
inline std::optional<std::size_t> terminal_columns(int fd) {
  if (::isatty(fd) == 0) return std::nullopt;
  winsize size{};
  return ::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col : kUsualColumns;
}

}  // namespace hearsay
