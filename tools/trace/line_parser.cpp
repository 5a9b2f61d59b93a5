#include "tools/trace/line_parser.h"

#include <simdjson.h>

#include <array>
#include <charconv>
#include <string>
#include <system_error>

#include "tools/experiment/network/foreign_text.h"

namespace hearsay::traces {
namespace {

static_assert(kPaddingBytes >= simdjson::SIMDJSON_PADDING);

// Words -> enumerators, by their length and three of their letters.
template <typename Word>
class WordTable {
 public:
  WordTable() {
    for (std::size_t i = 0; i <= static_cast<std::size_t>(Word::last_); ++i) {
      const auto word = static_cast<Word>(i);
      std::size_t at = slot_of(trace::name_of(word));
      while (!slots_[at].name.empty()) at = (at + 1) % kSlots;
      slots_[at] = {trace::name_of(word), word};
    }
  }

  const Word* find(std::string_view name) const {
    if (name.empty()) return nullptr;
    for (std::size_t at = slot_of(name); !slots_[at].name.empty(); at = (at + 1) % kSlots) {
      if (slots_[at].name == name) return &slots_[at].word;
    }
    return nullptr;
  }

 private:
  static constexpr std::size_t kSlots = 256;
  struct Slot {
    std::string_view name;
    Word word{};
  };
  static std::size_t slot_of(std::string_view name) {
    const auto letter = [&](std::size_t i) { return static_cast<unsigned char>(name[i]); };
    return (name.size() * 7 + letter(0) * 3U + letter(name.size() - 1) * 31U +
            letter(name.size() / 2) * 13U) %
           kSlots;
  }

  std::array<Slot, kSlots> slots_;
};

const trace::Level* find_level(std::string_view name) {
  static constexpr std::array kLevels{trace::Level::trace, trace::Level::debug, trace::Level::info,
                                      trace::Level::warn, trace::Level::error};
  for (const trace::Level& level : kLevels) {
    if (trace::name_of(level) == name) return &level;
  }
  return nullptr;
}

bool take_number(const simdjson::dom::element& value, std::int64_t& number) {
  return value.get(number) == simdjson::SUCCESS;
}

bool take_text(const simdjson::dom::element& value, std::string_view& text) {
  return value.get(text) == simdjson::SUCCESS;
}

// What parse() has seen of the header.
struct Header {
  bool ts = false, node = false, role = false, pid = false, generation = false, level = false,
       event = false, known = false;
  bool complete() const { return ts && node && role && pid && generation && level && event; }
};

// Whether the name is one of the header's. A value of the wrong type counts as missing.
bool take_header(std::string_view name, const simdjson::dom::element& value, TraceEvent& event,
                 Header& seen) {
  static const WordTable<Event> kEvents;
  std::string_view text;
  if (name == "ts") {
    seen.ts = take_number(value, event.ts_ns);
  } else if (name == "node") {
    seen.node = take_text(value, event.node_name);
  } else if (name == "role") {
    seen.role = take_text(value, text) && (text == "worker" || text == "supervisor");
    event.by_worker = text == "worker";
  } else if (name == "pid") {
    seen.pid = take_number(value, event.pid);
  } else if (name == "generation") {
    seen.generation = take_number(value, event.generation);
  } else if (name == "level") {
    const trace::Level* level = take_text(value, text) ? find_level(text) : nullptr;
    seen.level = level != nullptr;
    if (seen.level) event.level = *level;
  } else if (name == "event") {
    seen.event = take_text(value, text);
    const Event* known = kEvents.find(text);
    seen.known = known != nullptr;
    if (seen.known) event.event = *known;
  } else {
    return false;
  }
  return true;
}

void take_field(std::string_view name, const simdjson::dom::element& value, TraceEvent& event) {
  static const WordTable<FieldName> kFields;
  const FieldName* field = kFields.find(name);
  if (field == nullptr) return;
  std::int64_t number = 0;
  std::string_view text;
  simdjson::dom::array list;
  if (take_number(value, number)) {
    event.set(*field, number);
  } else if (take_text(value, text)) {
    event.set(*field, text);
  } else if (value.get(list) == simdjson::SUCCESS && *field == FieldName::values) {
    for (const simdjson::dom::element each : list) {
      if (take_text(each, text)) event.values.push_back(text);
    }
  }
}

// A name must be within so many of the line's first bytes.
constexpr std::size_t kFar = 400;

// The text behind `begin`, up to the quotation mark; "": it is not there, or not plain.
std::string_view plain_text_behind(std::string_view line, std::string_view begin) {
  const std::size_t at = line.substr(0, kFar).find(begin);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = line.substr(at + begin.size());
  const std::size_t end = rest.find_first_of("\"\\");
  return end != std::string_view::npos && rest[end] == '"' ? rest.substr(0, end)
                                                           : std::string_view();
}

// The number behind `name`.
std::optional<std::int64_t> number_behind(std::string_view line, std::string_view name) {
  const std::size_t at = line.substr(0, kFar).find(name);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = line.substr(at + name.size());
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  return error == std::errc() && end != rest.data() + rest.size() ? std::optional(number)
                                                                  : std::nullopt;
}

}  // namespace

struct LineParser::Library {
  simdjson::dom::parser parser;
  std::string repaired;  // a line that was not UTF-8
  TraceEvent stamped;
};

LineParser::LineParser() : library_(std::make_unique<Library>()) {}
LineParser::~LineParser() = default;
LineParser::LineParser(LineParser&&) noexcept = default;
LineParser& LineParser::operator=(LineParser&&) noexcept = default;

LineKind LineParser::parse(std::string_view line, TraceEvent& event) {
  if (line.size() < 2 || line.size() > kLongestLineBytes || line.front() != '{') {
    return LineKind::foreign;
  }
  const LineKind kind = parse_good_utf8(line, event);
  if (kind != LineKind::foreign) return kind;
  const auto repaired = bench::repaired_utf8(line);
  if (!repaired) return kind;
  library_->repaired = *repaired;
  library_->repaired.reserve(library_->repaired.size() + kPaddingBytes);
  return parse_good_utf8(library_->repaired, event);
}

std::optional<LineStamp> LineParser::stamp_of(std::string_view line) {
  constexpr std::string_view kBegin = "{\"ts\":";
  if (line.starts_with(kBegin)) {
    const auto ts_ns = number_behind(line.substr(0, kBegin.size() + 20), kBegin);
    const auto pid = number_behind(line, "\"pid\":");
    if (ts_ns && pid) return LineStamp{*ts_ns, *pid, plain_text_behind(line, R"("node":")")};
  }
  TraceEvent& event = library_->stamped;
  if (parse(line, event) == LineKind::foreign) return std::nullopt;
  return LineStamp{event.ts_ns, event.pid, event.node_name};
}

LineKind LineParser::parse_good_utf8(std::string_view line, TraceEvent& event) {
  simdjson::dom::object object;
  constexpr bool kCopy = false;
  if (library_->parser.parse(line.data(), line.size(), kCopy).get(object) != simdjson::SUCCESS) {
    return LineKind::foreign;
  }
  event.line = line;
  event.clear_fields();
  Header seen;
  for (const auto& [name, value] : object) {
    if (!take_header(name, value, event, seen)) take_field(name, value, event);
  }
  if (!seen.complete()) return LineKind::foreign;
  return seen.known ? LineKind::event : LineKind::unknown_event;
}

}  // namespace hearsay::traces
