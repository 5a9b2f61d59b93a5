#include "common/trace/trace_writer.h"

#include <fmt/format.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <climits>
#include <nlohmann/json.hpp>
#include <utility>

#include "common/base/clock.h"
#include "common/base/line_output.h"

namespace hearsay::trace {
namespace {

constexpr std::size_t kWriteBytes = PIPE_BUF;  // more would mix with other processes' lines
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

// Gathers lines and writes them together.
class TraceSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  explicit TraceSink(int fd) : output_(fd) {}

  // How many lines could not be written since the last call.
  std::uint64_t take_dropped() { return std::exchange(dropped_, 0); }
  const std::string& problem() const { return output_.problem(); }

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    if (lines_.size() + message.payload.size() > kWriteBytes) flush_();
    lines_.append(message.payload.data(), message.payload.size());
    ++count_;
  }
  void flush_() override {
    if (count_ > 0 && !output_.write(lines_)) dropped_ += count_;
    lines_.clear();
    count_ = 0;
  }

  LineOutput output_;
  std::string lines_;  // not written yet
  std::uint64_t count_ = 0;
  std::uint64_t dropped_ = 0;
};

TraceWriter::TraceWriter(Level level, int fd, std::string_view role)
    : EventSink(level),
      sink_(std::make_shared<TraceSink>(fd)),
      logger_(std::make_shared<spdlog::logger>("hearsay", sink_)),
      role_(role) {
  logger_->set_level(spdlog::level::trace);
  logger_->flush_on(spdlog::level::info);
}

TraceWriter::~TraceWriter() {
  flush();
}

void TraceWriter::flush() {
  logger_->flush();
}

void TraceWriter::set_node(std::string_view node) {
  node_ = node;
  forget_heads();
}

void TraceWriter::set_generation(std::uint64_t generation) {
  generation_ = generation;
  forget_heads();
}

void TraceWriter::forget_heads() {
  for (std::string& head : heads_) head.clear();
}

std::string TraceWriter::head_of(Event event, const Limits& limits) const {
  std::string head = R"(,"node":)";
  append_text(head, node_, limits.text);
  return head +=
         fmt::format(R"(,"role":"{}","pid":{},"generation":{},"level":"{}","event":"{}")", role_,
                     ::getpid(), generation_, name_of(level_of(event)), name_of(event));
}

const std::string& TraceWriter::usual_head_of(Event event) {
  std::string& head = heads_[static_cast<std::size_t>(event)];
  if (head.empty()) head = head_of(event, kUsual);
  return head;
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

void TraceWriter::make_line(std::int64_t ts, std::string_view head,
                            std::initializer_list<EventField> fields, const Limits& limits) {
  line_ = R"({"ts":)";
  append_integer(line_, ts);
  line_ += head;
  if (position_) append_field({FieldName::position, *position_}, limits);
  for (const EventField& field : fields) append_field(field, limits);
  line_ += "}\n";
}

void TraceWriter::put(Event event, std::initializer_list<EventField> fields) {
  const std::int64_t ts = wall_ns();
  make_line(ts, usual_head_of(event), fields, kUsual);
  if (line_.size() >= kWriteBytes) make_line(ts, head_of(event, kTight), fields, kTight);
  const spdlog::log_clock::time_point time{
      std::chrono::duration_cast<spdlog::log_clock::duration>(std::chrono::nanoseconds(ts))};
  logger_->log(time, spdlog::source_loc{}, spdlog_level(level_of(event)),
               spdlog::string_view_t(line_));
}

// Whether what was dropped, if anything, could be told.
bool TraceWriter::told_of_dropped() {
  dropped_ += sink_->take_dropped();
  if (dropped_ == 0) return true;
  flush();  // what waits may be dropped, too
  dropped_ += sink_->take_dropped();
  const auto position = std::exchange(position_, std::nullopt);
  put(Event::events_dropped, {{FieldName::count, dropped_}, {FieldName::cause, sink_->problem()}});
  position_ = position;
  if (sink_->take_dropped() > 0) return false;
  dropped_ = 0;
  return true;
}

void TraceWriter::write(Event event, std::initializer_list<EventField> fields) {
  if (told_of_dropped()) {
    put(event, fields);
  } else {
    ++dropped_;
  }
}

}  // namespace hearsay::trace
