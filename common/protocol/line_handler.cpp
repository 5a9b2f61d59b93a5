#include "common/protocol/line_handler.h"

#include <algorithm>
#include <limits>

namespace hearsay::protocol {
namespace {

constexpr int kNumberOverflow = 406;  // nlohmann's id of the exception

// nlohmann's text is "[...] ... syntax error while parsing X - CAUSE; last read: '...'"; the last
// token can be as long as the line, so only the cause is taken.
std::string short_cause(const nlohmann::json::exception& error) {
  if (error.id == kNumberOverflow) return "number too large for a double";
  std::string_view text = error.what();
  if (const auto start = text.find(" - "); start != std::string_view::npos) {
    text.remove_prefix(start + 3);
    return std::string(text.substr(0, text.find("; last read: ")));
  }
  return "syntax error";
}

}  // namespace

bool LineHandler::run() {
  const char* end = line_.data() + line_.size();
  return nlohmann::json::sax_parse(ShownIterator(line_.data(), &cursor_),
                                   ShownIterator(end, &cursor_), this);
}

bool LineHandler::number_integer(std::int64_t value) {
  if (in_message()) note_integer(value);
  return true;
}

bool LineHandler::number_unsigned(std::uint64_t value) {
  if (!in_message()) return true;
  if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return scalar(ValueKind::large_integer);
  }
  note_integer(static_cast<std::int64_t>(value));
  return true;
}

// nlohmann also reports integers beyond 64 bits here.
bool LineHandler::number_float(double /*value*/, const std::string& text) {
  if (!in_message()) return true;
  const bool is_float = text.find_first_of(".eE") != std::string::npos;
  return scalar(is_float ? ValueKind::floating : ValueKind::large_integer);
}

bool LineHandler::string(std::string& text) {
  if (!in_message()) return true;
  scalar(ValueKind::string);
  if (slot_ == Slot::src) envelope_.src.text = keep(text);
  if (slot_ == Slot::dest) envelope_.dest.text = keep(text);
  if (slot_ == Slot::type) envelope_.type.text = keep(text);
  return true;
}

bool LineHandler::key(std::string& text) {
  if (depth_ == 1) {
    slot_ = text == "src"    ? Slot::src
            : text == "dest" ? Slot::dest
            : text == "body" ? Slot::body
                             : Slot::ignored;
  } else if (depth_ == 2 && in_body_) {
    slot_ = slot_of_body_key(text);
    if (slot_ == Slot::field) field_name_ = keep(text);
    key_end_ = cursor_;
  }
  return true;
}

LineHandler::Slot LineHandler::slot_of_body_key(std::string_view name) {
  if (name == "type") return Slot::type;
  if (name == "msg_id") return Slot::msg_id;
  if (name == "in_reply_to") return Slot::in_reply_to;
  if (fields_.size() < kMaxFields) return Slot::field;
  envelope_.too_many_fields = true;
  return Slot::ignored;
}

bool LineHandler::parse_error(std::size_t /*position*/, const std::string& /*token*/,
                              const nlohmann::json::exception& error) {
  envelope_.syntax_error = short_cause(error);
  return false;
}

bool LineHandler::scalar(ValueKind kind) {
  if (!in_message()) return true;
  note(kind);
  if (slot_ == Slot::field) fields_.push_back({field_name_, scalar_json(kind)});
  return true;
}

bool LineHandler::start_container(ValueKind kind) {
  if (in_message()) {
    note(kind);
    if (slot_ == Slot::field) field_start_ = cursor_ - 1;
  }
  ++depth_;
  return true;
}

bool LineHandler::end_container() {
  --depth_;
  if (!in_body_ && depth_ > 0) return true;
  if (depth_ == 0) {
    envelope_.root_end = consumed_bytes();
  } else if (depth_ == 1) {
    const auto* start = envelope_.body_json.data();
    envelope_.body_json = {start, static_cast<std::size_t>(cursor_ - start)};
    in_body_ = false;
  } else if (depth_ == 2 && slot_ == Slot::field) {
    const auto bytes = static_cast<std::size_t>(cursor_ - field_start_);
    fields_.push_back({field_name_, {field_start_, bytes}});
  }
  return true;
}

void LineHandler::note(ValueKind kind) {
  if (depth_ == 0) {
    envelope_.root = kind;
    return;
  }
  switch (slot_) {
    case Slot::src:
      envelope_.src = {kind, {}};
      break;
    case Slot::dest:
      envelope_.dest = {kind, {}};
      break;
    case Slot::body:
      note_body(kind);
      break;
    case Slot::type:
      envelope_.type = {kind, {}};
      break;
    case Slot::msg_id:
      envelope_.msg_id = {kind, 0, false};
      break;
    case Slot::in_reply_to:
      envelope_.in_reply_to = {kind, 0, false};
      break;
    case Slot::field:
    case Slot::ignored:
      break;
  }
}

void LineHandler::note_integer(std::int64_t value) {
  scalar(ValueKind::integer);
  if (slot_ != Slot::msg_id && slot_ != Slot::in_reply_to) return;
  const std::string_view digits = scalar_json(ValueKind::integer);
  const bool at_line_end = digits.data() + digits.size() == line_.data() + line_.size();
  auto& slot = slot_ == Slot::msg_id ? envelope_.msg_id : envelope_.in_reply_to;
  slot = {ValueKind::integer, value, at_line_end};
}

// A second body replaces the first with all that it said.
void LineHandler::note_body(ValueKind kind) {
  envelope_.body = kind;
  fields_.clear();
  envelope_.type = {};
  envelope_.msg_id = {};
  envelope_.in_reply_to = {};
  envelope_.too_many_fields = false;
  envelope_.body_json = line_.substr(consumed_bytes() - 1, 0);  // its end is not known yet
  in_body_ = kind == ValueKind::object;
}

// The bytes before the closing quote are the string itself unless it held escapes: then no copy.
std::string_view LineHandler::keep(const std::string& decoded) {
  const std::size_t quote = consumed_bytes() - 1;
  if (quote >= decoded.size()) {
    const std::string_view raw = line_.substr(quote - decoded.size(), decoded.size());
    if (raw == decoded) return raw;
  }
  return decoded_.emplace_back(decoded);
}

// The text of the scalar behind the last key in the body.
std::string_view LineHandler::scalar_json(ValueKind kind) const {
  const char* line_end = line_.data() + line_.size();
  const char* start = std::find_if(key_end_, line_end, [](char c) {
    return c != ':' && kWhiteSpace.find(c) == std::string_view::npos;
  });
  const bool is_number =
      kind == ValueKind::integer || kind == ValueKind::large_integer || kind == ValueKind::floating;
  const char* end = !is_number ? cursor_ : std::find_if_not(start, line_end, [](char c) {
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
  });
  return {start, static_cast<std::size_t>(end - start)};
}

}  // namespace hearsay::protocol
