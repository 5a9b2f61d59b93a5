// What people see who sit at a terminal.
#pragma once

#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

namespace hearsay::test {

struct Seen {
  std::string text;                   // all that was written
  std::vector<std::string> progress;  // lines that were written over, in their order
  std::string left;                   // what stands there in the end
  int exit_code = -1;
};

// Into lines: a carriage return goes back to the line's beginning, what follows writes over it.
inline Seen look_at(const std::string& text) {
  Seen seen{.text = text, .progress = {}, .left = {}, .exit_code = -1};
  std::string line;
  std::size_t column = 0;
  const auto trimmed = [&] { return line.substr(0, line.find_last_not_of(' ') + 1); };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') {
      seen.left += trimmed() + '\n';
      line.clear();
      column = 0;
    } else if (text[i] == '\r') {
      const bool ends = text.substr(i).find_first_not_of('\r') == std::string::npos ||
                        text[text.find_first_not_of('\r', i)] == '\n';
      if (!ends && column > 0 && !trimmed().empty()) seen.progress.push_back(trimmed());
      column = 0;
    } else {
      if (column == line.size()) line += ' ';
      line[column++] = text[i];
    }
  }
  seen.left += trimmed();
  return seen;
}

// `work` is done in a process of its own, whose stdin, stdout and stderr are a new terminal.
inline Seen on_terminal(unsigned short columns, const std::function<void()>& work) {
  const winsize size{24, columns, 0, 0};
  int screen = -1;
  std::fflush(nullptr);  // or both would write it
  const pid_t child = ::forkpty(&screen, nullptr, nullptr, &size);
  if (child == 0) {
    work();
    std::fflush(nullptr);
    ::_exit(0);
  }
  std::string text;
  std::array<char, 4096> chunk{};
  for (ssize_t count = 1; count > 0;) {
    count = ::read(screen, chunk.data(), chunk.size());
    if (count > 0) text.append(chunk.data(), static_cast<std::size_t>(count));
  }
  ::close(screen);
  int status = 0;
  ::waitpid(child, &status, 0);
  Seen seen = look_at(text);
  seen.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return seen;
}

}  // namespace hearsay::test
