#include "common/trace/trace_writer.h"

#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "common/base/clock.h"
#include "common/base/line_output.h"

namespace hearsay::trace {
namespace {

constexpr std::size_t kLineLimitBytes = 4096;
// Texts are cut at the first length; at the second one, at which the longest event (five texts of
// characters that take six bytes each when escaped) still fits, when the line is too long
// otherwise.
constexpr std::size_t kLongText = 300;
constexpr std::size_t kShortText = 100;

spdlog::level::level_enum spdlog_level(Level level) {
  constexpr std::array kSpdlogLevels{spdlog::level::trace, spdlog::level::debug,
                                     spdlog::level::info,  spdlog::level::warn,
                                     spdlog::level::err,   spdlog::level::off};
  return kSpdlogLevels[static_cast<std::size_t>(level)];
}

nlohmann::ordered_json cut(std::string_view text, std::size_t longest) {
  if (text.size() <= longest) return text;
  return std::string(text.substr(0, longest)) + "...";
}

nlohmann::ordered_json value_of(const EventField& field, std::size_t longest) {
  if (const auto* number = std::get_if<std::int64_t>(&field.value)) return *number;
  return cut(std::get<std::string_view>(field.value), longest);
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
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    written_ = output_.write({line.data(), line.size()});
  }
  void flush_() override {}

  LineOutput output_;
  bool written_ = true;
};

TraceWriter::TraceWriter(Level level, int fd, std::string role)
    : EventSink(level),
      sink_(std::make_shared<TraceSink>(fd)),
      logger_(std::make_shared<spdlog::logger>("hearsay", sink_)),
      role_(std::move(role)) {
  logger_->set_pattern("%v");
  logger_->set_level(spdlog::level::trace);
}

TraceWriter::~TraceWriter() = default;

std::string TraceWriter::line_of(Event event, std::initializer_list<EventField> fields,
                                 std::size_t longest_text) const {
  nlohmann::ordered_json line{{"ts", wall_ns()},
                              {"node", cut(node_, longest_text)},
                              {"role", role_},
                              {"pid", ::getpid()},
                              {"generation", generation_},
                              {"level", name_of(level_of(event))},
                              {"event", name_of(event)}};
  for (const EventField& field : fields) {
    line[std::string(name_of(field.name))] = value_of(field, longest_text);
  }
  constexpr auto kReplace = nlohmann::ordered_json::error_handler_t::replace;
  return line.dump(-1, ' ', false, kReplace);
}

bool TraceWriter::put(Event event, std::initializer_list<EventField> fields) {
  std::string line = line_of(event, fields, kLongText);
  if (line.size() + 1 >= kLineLimitBytes) line = line_of(event, fields, kShortText);
  logger_->log(spdlog_level(level_of(event)), line);
  return sink_->written();
}

void TraceWriter::write(Event event, std::initializer_list<EventField> fields) {
  if (dropped_ > 0 && put(Event::events_dropped,
                          {{FieldName::count, dropped_}, {FieldName::cause, sink_->problem()}})) {
    dropped_ = 0;
  }
  if (dropped_ > 0 || !put(event, fields)) ++dropped_;
}

}  // namespace hearsay::trace
