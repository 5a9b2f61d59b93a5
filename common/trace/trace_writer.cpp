#include "common/trace/trace_writer.h"

#include <fmt/format.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/base/clock.h"
#include "common/base/line_output.h"

namespace hearsay::trace {
namespace {

constexpr std::size_t kLineLimitBytes = 4096;
constexpr std::size_t kLongestInList = 60;

spdlog::level::level_enum spdlog_level(Level level) {
  constexpr std::array kSpdlogLevels{spdlog::level::trace, spdlog::level::debug,
                                     spdlog::level::info,  spdlog::level::warn,
                                     spdlog::level::err,   spdlog::level::off};
  return kSpdlogLevels[static_cast<std::size_t>(level)];
}

bool is_plain(char c) {
  return c >= ' ' && c < '\x7f' && c != '"' && c != '\\';
}

void append_integer(std::string& out, std::int64_t number) {
  const fmt::format_int digits(number);
  out.append(digits.data(), digits.size());
}

// Cut, escaped, invalid UTF-8 replaced.
void append_text(std::string& out, std::string_view text, std::size_t longest) {
  const std::string_view kept = text.substr(0, longest);
  const char* const more = kept.size() < text.size() ? "..." : "";
  if (std::all_of(kept.begin(), kept.end(), is_plain)) {
    out.append(1, '"').append(kept).append(more).append(1, '"');
    return;
  }
  constexpr auto kReplace = nlohmann::json::error_handler_t::replace;
  out += nlohmann::json(std::string(kept) + more).dump(-1, ' ', false, kReplace);
}

// As many as find room.
void append_list(std::string& out, Texts texts, std::size_t longest) {
  out += '[';
  const std::size_t begin = out.size();
  for (const std::string_view text : texts) {
    const std::size_t before = out.size();
    if (before > begin) out += ',';
    append_text(out, text, kLongestInList);
    if (out.size() - begin <= longest) continue;
    out.resize(before);
    break;
  }
  out += ']';
}

bool says_nothing(const EventField& field) {
  if (const auto* text = std::get_if<std::string_view>(&field.value)) return text->empty();
  if (const auto* texts = std::get_if<Texts>(&field.value)) return texts->empty();
  return std::holds_alternative<std::monostate>(field.value);
}

}  // namespace

class TraceSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  explicit TraceSink(int fd) : output_(fd) {}

  // Of the last line.
  bool written() const { return written_; }
  const std::string& problem() const { return output_.problem(); }

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    written_ = output_.write({message.payload.data(), message.payload.size()});
  }
  void flush_() override {}

  LineOutput output_;
  bool written_ = true;
};

TraceWriter::TraceWriter(Level level, int fd, std::string_view role)
    : EventSink(level),
      sink_(std::make_shared<TraceSink>(fd)),
      logger_(std::make_shared<spdlog::logger>("hearsay", sink_)),
      role_(role) {
  logger_->set_level(spdlog::level::trace);
}

TraceWriter::~TraceWriter() = default;

void TraceWriter::set_node(std::string_view node) {
  node_ = node;
  head_.clear();
}

void TraceWriter::set_generation(std::uint64_t generation) {
  generation_ = generation;
  head_.clear();
}

void TraceWriter::append_head(const Limits& limits) {
  if (head_.empty()) {
    head_ = R"(,"node":)";
    append_text(head_, node_, limits.text);
    head_ += fmt::format(R"(,"role":"{}","pid":{},"generation":{},"level":")", role_, ::getpid(),
                         generation_);
  }
  line_ += head_;
}

void TraceWriter::append_field(const EventField& field, const Limits& limits) {
  if (says_nothing(field)) return;
  line_.append(",\"").append(name_of(field.name)).append("\":");
  if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
    append_integer(line_, *number);
  } else if (const auto* text = std::get_if<std::string_view>(&field.value)) {
    append_text(line_, *text, limits.text);
  } else {
    append_list(line_, std::get<Texts>(field.value), limits.list);
  }
}

void TraceWriter::make_line(Event event, std::initializer_list<EventField> fields,
                            const Limits& limits) {
  line_ = R"({"ts":)";
  append_integer(line_, wall_ns());
  append_head(limits);
  line_.append(name_of(level_of(event))).append(R"(","event":")").append(name_of(event)) += '"';
  if (position_) append_field({FieldName::position, *position_}, limits);
  for (const EventField& field : fields) append_field(field, limits);
  line_ += "}\n";
}

bool TraceWriter::put(Event event, std::initializer_list<EventField> fields) {
  // With the second ones the longest event (five texts of characters that take six bytes each when
  // escaped) still fits.
  constexpr Limits kUsual{300, 1500};
  constexpr Limits kTight{100, 300};
  make_line(event, fields, kUsual);
  if (line_.size() >= kLineLimitBytes) {
    head_.clear();
    make_line(event, fields, kTight);
    head_.clear();
  }
  logger_->log(spdlog_level(level_of(event)), spdlog::string_view_t(line_));
  return sink_->written();
}

void TraceWriter::write(Event event, std::initializer_list<EventField> fields) {
  if (dropped_ > 0) {
    const auto position = std::exchange(position_, std::nullopt);
    if (put(Event::events_dropped,
            {{FieldName::count, dropped_}, {FieldName::cause, sink_->problem()}})) {
      dropped_ = 0;
    }
    position_ = position;
  }
  if (dropped_ > 0 || !put(event, fields)) ++dropped_;
}

}  // namespace hearsay::trace
