// The fast way in one process that keeps nothing: nlohmann's SAX events, large reads, large writes,
// text appended by hand. It knows the workloads' values only (a string to echo, whole numbers to
// broadcast) and trusts its input. Echo, unique ids, broadcast on one node. A peer of `hearsay
// bench`.
#include <unistd.h>

#include <charconv>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace {

constexpr std::size_t kChunkBytes = 64 * 1024;

struct Request {
  std::string src, type, echo, node_id;
  std::uint64_t msg_id = 0;
  std::uint64_t message = 0;
};

class Handler {
 public:
  explicit Handler(Request& request) : request_(request) {}

  bool key(std::string& text) {
    key_.swap(text);
    return true;
  }
  bool string(std::string& text) {
    if (depth_ == 1 && key_ == "src") request_.src.swap(text);
    if (depth_ != 2) return true;
    if (key_ == "type") request_.type.swap(text);
    if (key_ == "echo") request_.echo.swap(text);
    if (key_ == "node_id") request_.node_id.swap(text);
    return true;
  }
  bool number_unsigned(std::uint64_t number) {
    if (depth_ == 2 && key_ == "msg_id") request_.msg_id = number;
    if (depth_ == 2 && key_ == "message") request_.message = number;
    return true;
  }
  bool start_object(std::size_t /*size*/) { return ++depth_ > 0; }
  bool end_object() { return depth_-- > 0; }
  bool start_array(std::size_t /*size*/) { return ++depth_ > 0; }
  bool end_array() { return depth_-- > 0; }
  bool null() { return true; }
  bool boolean(bool /*value*/) { return true; }
  bool number_integer(std::int64_t /*value*/) { return true; }
  bool number_float(double /*value*/, const std::string& /*text*/) { return true; }
  bool binary(nlohmann::json::binary_t& /*value*/) { return true; }
  bool parse_error(std::size_t /*at*/, const std::string& /*token*/,
                   const nlohmann::json::exception& /*error*/) {
    return false;
  }

 private:
  Request& request_;
  std::string key_;
  int depth_ = 0;
};

void append_number(std::string& out, std::uint64_t number) {
  char digits[20];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
}

class Node {
 public:
  void answer(std::string_view line) {
    Handler handler(request_);
    if (!nlohmann::json::sax_parse(line.data(), line.data() + line.size(), &handler)) return;
    if (request_.type == "init") name_ = request_.node_id;
    out_ += R"({"src":")";
    out_ += name_;
    out_ += R"(","dest":")";
    out_ += request_.src;
    out_ += R"(","body":{"type":")";
    out_ += request_.type;
    out_ += R"(_ok","in_reply_to":)";
    append_number(out_, request_.msg_id);
    append_fields();
    out_ += "}}\n";
    if (out_.size() >= kChunkBytes) flush();
  }

  void flush() {
    for (std::string_view rest = out_; !rest.empty();) {
      const ssize_t written = ::write(STDOUT_FILENO, rest.data(), rest.size());
      if (written < 0) ::_exit(1);
      rest.remove_prefix(static_cast<std::size_t>(written));
    }
    out_.clear();
  }

 private:
  void append_fields() {
    if (request_.type == "echo") {
      out_ += R"(,"echo":")";
      append_escaped(out_, request_.echo);
      out_ += '"';
    } else if (request_.type == "generate") {
      out_ += R"(,"id":")";
      out_ += name_;
      out_ += '-';
      append_number(out_, ids_++);
      out_ += '"';
    } else if (request_.type == "broadcast") {
      if (!values_.empty()) values_ += ',';
      append_number(values_, request_.message);
    } else if (request_.type == "read") {
      out_ += R"(,"messages":[)";
      out_ += values_;
      out_ += ']';
    }
  }

  Request request_;
  std::string name_;
  std::string values_;  // as JSON
  std::string out_;
  std::uint64_t ids_ = 0;
};

}  // namespace

// NOLINTNEXTLINE(bugprone-exception-escape): it may end so, and is then not measured
int main() {
  Node node;
  std::string buffer;
  for (;;) {
    const std::size_t old = buffer.size();
    buffer.resize(old + kChunkBytes);
    const ssize_t got = ::read(STDIN_FILENO, buffer.data() + old, kChunkBytes);
    buffer.resize(old + static_cast<std::size_t>(got > 0 ? got : 0));
    if (got <= 0) return 0;
    std::size_t begin = 0;
    for (std::size_t end = buffer.find('\n', old); end != std::string::npos;
         end = buffer.find('\n', begin)) {
      node.answer(std::string_view(buffer).substr(begin, end - begin));
      begin = end + 1;
    }
    node.flush();
    buffer.erase(0, begin);
  }
}
