#include "tools/experiment/network/body_scan.h"

#include <cstddef>
#include <utility>

#include "tools/experiment/network/string_end.h"

namespace hearsay::bench {
namespace {

class BodyScan {
 public:
  BodyScan(std::string_view body, const BodyVisitor& visitor) : rest_(body), visitor_(visitor) {}

  void run() {
    while (!rest_.empty()) {
      const char c = rest_.front();
      if (c == '[' || c == '{') {
        open(c == '[');
      } else if (c == ']' || c == '}') {
        close();
      } else if (c == '"') {
        take_string();
      } else if (!stands_between(c)) {
        take_scalar(cut(scalar_size()));
      } else {
        rest_.remove_prefix(1);
      }
    }
  }

 private:
  struct Frame {
    bool is_array;
    bool is_flat = true;
    std::vector<std::string_view> elements = {};
    std::string_view name = {};  // of the member that comes next
  };
  static bool stands_between(char c) {
    return c == ',' || c == ':' || c == ' ' || c == '\t' || c == '\r' || c == '\n';
  }
  std::size_t scalar_size() const {
    std::size_t size = 1;
    while (size < rest_.size() && !stands_between(rest_[size]) && rest_[size] != ']' &&
           rest_[size] != '}') {
      ++size;
    }
    return size;
  }

  std::string_view cut(std::size_t size) {
    const std::string_view front = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return front;
  }

  void open(bool is_array) {
    rest_.remove_prefix(1);
    if (!frames_.empty()) frames_.back().is_flat = false;
    frames_.push_back({is_array});
  }

  void close() {
    rest_.remove_prefix(1);
    if (frames_.empty()) return;
    const Frame frame = std::move(frames_.back());
    frames_.pop_back();
    if (frame.is_array && frame.is_flat && !frame.elements.empty()) visitor_.list(frame.elements);
  }

  void take_string() {
    const std::string_view text = cut(behind_string(rest_, 1));
    const std::size_t next = rest_.find_first_not_of(" \t\r\n");
    const bool is_name = next != std::string_view::npos && rest_[next] == ':';
    if (!is_name || frames_.empty() || frames_.back().is_array) {
      take_scalar(text);
    } else {
      frames_.back().name = text.substr(1, text.size() - 2);
    }
  }

  void take_scalar(std::string_view scalar) {
    if (frames_.empty()) return;
    Frame& frame = frames_.back();
    if (!frame.is_array) {
      visitor_.member(frame.name, scalar);
    } else if (frame.is_flat && visitor_.list) {
      frame.elements.push_back(scalar);
    }
  }

  std::string_view rest_;
  const BodyVisitor& visitor_;
  std::vector<Frame> frames_;
};

}  // namespace

void scan_body(std::string_view body, const BodyVisitor& visitor) {
  BodyScan(body, visitor).run();
}

}  // namespace hearsay::bench
