#include "common/trace/trace_writer.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "common/base/clock.h"

namespace hearsay::trace {
namespace {

// Six fields of this length, escaped at six bytes a character, would be too long for a line; two
// are the most that any event has.
constexpr std::size_t kLongestText = 300;

spdlog::sink_ptr make_sink(const std::string& path) {
  if (path.empty()) return std::make_shared<spdlog::sinks::stderr_sink_st>();
  return std::make_shared<spdlog::sinks::basic_file_sink_st>(path);
}

spdlog::level::level_enum spdlog_level(Level level) {
  constexpr std::array kLevels{spdlog::level::trace, spdlog::level::debug, spdlog::level::info,
                               spdlog::level::warn,  spdlog::level::err,   spdlog::level::off};
  return kLevels[static_cast<std::size_t>(level)];
}

nlohmann::ordered_json value_of(const EventField& field) {
  if (const auto* number = std::get_if<std::int64_t>(&field.value)) return *number;
  const auto text = std::get<std::string_view>(field.value);
  if (text.size() <= kLongestText) return text;
  return std::string(text.substr(0, kLongestText)) + "...";
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

void TraceWriter::write(Event event, std::initializer_list<EventField> fields) {
  nlohmann::ordered_json line{{"ts", wall_ns()},
                              {"node", node_},
                              {"role", role_},
                              {"pid", ::getpid()},
                              {"generation", generation_},
                              {"level", name_of(level_of(event))},
                              {"event", name_of(event)}};
  for (const EventField& field : fields) line[std::string(name_of(field.name))] = value_of(field);
  constexpr auto kReplace = nlohmann::ordered_json::error_handler_t::replace;
  logger_->log(spdlog_level(level_of(event)), line.dump(-1, ' ', false, kReplace));
}

}  // namespace hearsay::trace
