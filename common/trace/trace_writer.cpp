#include "common/trace/trace_writer.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "common/base/clock.h"

namespace hearsay::trace {
namespace {

constexpr std::size_t kLineLimitBytes = 4096;
// Texts are cut at the first length; at the second one, at which the longest event (five texts of
// characters that take six bytes each when escaped) still fits, when the line is too long
// otherwise.
constexpr std::size_t kLongText = 300;
constexpr std::size_t kShortText = 100;

spdlog::sink_ptr make_sink(const std::string& path) {
  if (path.empty()) return std::make_shared<spdlog::sinks::stderr_sink_st>();
  return std::make_shared<spdlog::sinks::basic_file_sink_st>(path);
}

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

TraceWriter::TraceWriter(Level level, const std::string& path, std::string role)
    : EventSink(level),
      logger_(std::make_shared<spdlog::logger>("hearsay", make_sink(path))),
      role_(std::move(role)) {
  logger_->set_pattern("%v");
  logger_->set_level(spdlog::level::trace);
  logger_->flush_on(spdlog::level::trace);
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

void TraceWriter::write(Event event, std::initializer_list<EventField> fields) {
  std::string line = line_of(event, fields, kLongText);
  if (line.size() + 1 >= kLineLimitBytes) line = line_of(event, fields, kShortText);
  logger_->log(spdlog_level(level_of(event)), line);
}

}  // namespace hearsay::trace
