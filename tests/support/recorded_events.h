// A sink that keeps events as JSON, as a trace line has them, with the node's name. Of all levels.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <variant>
#include <vector>

#include "common/trace/event.h"

namespace hearsay::test {

class RecordedEvents final : public trace::EventSink {
 public:
  // `into` must outlive this.
  explicit RecordedEvents(std::vector<nlohmann::json>& into)
      : EventSink(trace::Level::trace), into_(into) {}

  void set_node(std::string_view node) override { node_ = node; }

 private:
  void write(trace::Event event, std::initializer_list<trace::EventField> fields) override {
    nlohmann::json& line =
        into_.emplace_back(nlohmann::json{{"node", node_}, {"event", trace::name_of(event)}});
    for (const trace::EventField& field : fields) {
      const std::string name(trace::name_of(field.name));
      if (const auto* number = std::get_if<std::int64_t>(&field.value)) line[name] = *number;
      if (const auto* text = std::get_if<std::string_view>(&field.value)) line[name] = *text;
      if (const auto* texts = std::get_if<trace::Texts>(&field.value)) {
        line[name] = std::vector<std::string>(texts->begin(), texts->end());
      }
    }
  }

  std::vector<nlohmann::json>& into_;
  std::string node_;
};

}  // namespace hearsay::test
