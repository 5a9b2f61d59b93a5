// Every event has words, and they ask only for what its lines have.
#include "tools/trace/words.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <regex>

namespace hearsay::traces {
namespace {

std::vector<Event> all_events() {
  std::vector<Event> events;
  for (std::size_t i = 0; i <= static_cast<std::size_t>(Event::last_); ++i) {
    events.push_back(static_cast<Event>(i));
  }
  return events;
}

TEST(TraceWords, EachEventsWordsAskForItsOwnFieldsOnly) {
  const std::regex placeholder(R"(\{(\w+)( [\w ]+)?\})");
  for (const Event event : all_events()) {
    const std::string pattern(pattern_of(event));
    EXPECT_NE(pattern, "") << name_of(event);
    for (std::sregex_iterator at(pattern.begin(), pattern.end(), placeholder), end; at != end;
         ++at) {
      const std::string field = (*at)[1];
      const auto fields = trace::fields_of(event);
      EXPECT_TRUE(std::any_of(fields.begin(), fields.end(),
                              [&](FieldName each) { return name_of(each) == field; }))
          << name_of(event) << " has no " << field;
    }
  }
}

TEST(TraceWords, AllOfAnEventsFieldsAreTold) {
  // What the name of the worker's step, or another field, says better.
  const std::set<std::string_view> left_out{"position", "vocabulary", "bytes", "type",
                                            "peer",     "message",    "count", "way"};
  for (const Event event : all_events()) {
    for (const FieldName field : trace::fields_of(event)) {
      const bool told = std::string(pattern_of(event)).find("{" + std::string(name_of(field))) !=
                        std::string::npos;
      EXPECT_TRUE(told || left_out.count(name_of(field)) > 0)
          << name_of(event) << " does not tell " << name_of(field);
    }
  }
}

TEST(TraceWords, AnEventWithoutAnyFieldHasASentenceToo) {
  for (const Event each : all_events()) {
    TraceEvent event;
    event.event = each;
    EXPECT_NE(in_words(event), "") << name_of(each);
  }
}

TEST(TraceWords, WhatIsNotThereIsLeftOut) {
  TraceEvent event;
  event.event = Event::message_sent;
  event.set(FieldName::type, std::string_view("read_ok"));
  event.set(FieldName::peer, std::string_view("c1"));
  EXPECT_EQ(in_words(event), "sends read_ok to c1");
  event.set(FieldName::message, std::string_view("c1:4"));
  EXPECT_EQ(in_words(event), "sends read_ok to c1, the answer to c1:4");
}

TEST(TraceWords, NothingSteersTheTerminal) {
  TraceEvent event;
  event.event = Event::node_stopped;
  event.set(FieldName::cause, std::string_view("\x1b[2J\xff"));
  EXPECT_EQ(in_words(event), R"(node ends: \x1b[2J\xff)");
}

TEST(TraceWords, ThingsAreCounted) {
  EXPECT_EQ(count_text(1, "node"), "1 node");
  EXPECT_EQ(count_text(0, "node"), "0 nodes");
  EXPECT_EQ(duration_text(999), "1 us");
  EXPECT_EQ(duration_text(1'500'000), "1.5 ms");
  EXPECT_EQ(duration_text(150'000'000), "150 ms");
  EXPECT_EQ(duration_text(15'000'000'000), "15.0 s");
}

}  // namespace
}  // namespace hearsay::traces
