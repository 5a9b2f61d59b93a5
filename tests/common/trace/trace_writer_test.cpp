// Lines as they are written: what stands in them, how long they get, when they are written.
#include "common/trace/trace_writer.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "common/base/file_descriptor.h"

namespace hearsay::trace {
namespace {

using nlohmann::json;

class TraceWriterTest : public ::testing::Test {
 protected:
  TraceWriterTest() {
    int ends[2] = {};
    check_syscall(::pipe2(ends, O_CLOEXEC | O_NONBLOCK), "pipe2");
    read_ = FileDescriptor(ends[0]);
    write_ = FileDescriptor(ends[1]);
    writer_.emplace(Level::trace, write_.get(), "worker");
  }

  std::string text() {
    std::string all(1 << 20, '\0');
    const ssize_t got = ::read(read_.get(), all.data(), all.size());
    all.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return all;
  }
  std::vector<json> lines() {
    std::vector<json> all;
    std::istringstream stream(text());
    for (std::string line; std::getline(stream, line);) {
      EXPECT_LT(line.size() + 1, 4096U) << line;
      all.push_back(json::parse(line));
    }
    return all;
  }
  json only_line() {
    writer_->flush();
    const auto all = lines();
    EXPECT_EQ(all.size(), 1U);
    return all.empty() ? json() : all[0];
  }

  FileDescriptor read_;
  FileDescriptor write_;
  std::optional<TraceWriter> writer_;
};

TEST_F(TraceWriterTest, ALineHasHeaderAndFields) {
  writer_->set_node("n1");
  writer_->set_generation(3);
  writer_->emit(Event::message_sent, {{FieldName::peer, "c1"}, {FieldName::bytes, 17}});
  json line = only_line();
  EXPECT_GT(line["ts"].get<std::int64_t>(), 1'500'000'000'000'000'000);
  line.erase("ts");
  EXPECT_EQ(line, (json{{"node", "n1"},
                        {"role", "worker"},
                        {"pid", ::getpid()},
                        {"generation", 3},
                        {"level", "debug"},
                        {"event", "message_sent"},
                        {"peer", "c1"},
                        {"bytes", 17}}));
}

TEST_F(TraceWriterTest, WhatIsNotKnownIsNotThere) {
  const std::vector<std::string_view> none;
  writer_->emit(Event::values_sent, {{FieldName::batch, ""},
                                     {FieldName::values, Texts(none)},
                                     {FieldName::position, std::optional<std::uint64_t>()},
                                     {FieldName::count, std::optional<std::int64_t>(0)}});
  const json line = only_line();
  EXPECT_EQ(line.size(), kHeader.size() + 1) << line;
  EXPECT_EQ(line["count"], 0);
}

TEST_F(TraceWriterTest, TheStepsPositionStandsInItsLines) {
  writer_->set_position(24);
  writer_->emit(Event::message_sent);
  EXPECT_EQ(only_line()["position"], 24);
  writer_->set_position(std::nullopt);
  writer_->emit(Event::journal_compacted);
  EXPECT_FALSE(only_line().contains("position"));
}

TEST_F(TraceWriterTest, AListIsCutToWhatFinds1500BytesOfRoom) {
  const std::string odd(100, '"');
  std::vector<std::string> texts{odd};
  for (int i = 0; i < 2000; ++i) texts.push_back(std::to_string(i));
  const std::vector<std::string_view> values(texts.begin(), texts.end());
  writer_->emit(Event::values_sent, {{FieldName::values, Texts(values)}});
  const json line = only_line();
  EXPECT_EQ(line["values"][0], odd.substr(0, 60) + "...");
  EXPECT_EQ(line["values"][1], "0");
  EXPECT_LE(line["values"].dump().size(), 1502U);
  EXPECT_GT(line["values"].dump().size(), 1490U);
}

TEST_F(TraceWriterTest, TheLongestEventsStayBelow4096Bytes) {
  const std::string bad(5000, '\x01');
  const std::vector<std::string_view> values(5000, bad);
  writer_->set_node(bad);
  writer_->emit(Event::values_received, {{FieldName::way, bad},
                                         {FieldName::peer, bad},
                                         {FieldName::batch, bad},
                                         {FieldName::values, Texts(values)}});
  writer_->emit(Event::message_dropped, {{FieldName::cause, bad},
                                         {FieldName::peer, bad},
                                         {FieldName::message, bad},
                                         {FieldName::type, bad}});
  writer_->flush();
  EXPECT_EQ(lines().size(), 2U);
}

TEST_F(TraceWriterTest, InvalidUtf8IsReplaced) {
  writer_->emit(Event::line_rejected, {{FieldName::cause, "\xff\xfe|\xc3\xa9"}});
  EXPECT_EQ(only_line()["cause"], "\xef\xbf\xbd\xef\xbf\xbd|\xc3\xa9");
}

TEST_F(TraceWriterTest, DebugLinesWaitAndInfoTakesThemAlong) {
  writer_->emit(Event::message_sent);
  writer_->emit(Event::timer_fired);
  EXPECT_EQ(text(), "");
  writer_->emit(Event::worker_recovered);
  const auto all = lines();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[2]["event"], "worker_recovered");
  writer_->emit(Event::message_sent);
  writer_.reset();
  EXPECT_EQ(lines().size(), 1U) << "the last ones";
}

TEST_F(TraceWriterTest, ManyWaitingLinesAreWrittenInPartsOfWholeLines) {
  for (int i = 0; i < 40; ++i) writer_->emit(Event::message_sent);
  const std::string early = text();
  EXPECT_GT(early.size(), 3000U);
  EXPECT_EQ(early.back(), '\n');
  writer_->flush();
  const std::string rest = text();
  EXPECT_EQ(
      std::count(early.begin(), early.end(), '\n') + std::count(rest.begin(), rest.end(), '\n'),
      40);
}

TEST_F(TraceWriterTest, WhatIsDroppedIsToldWithItsNumber) {
  const std::string filling(4096, '.');
  while (::write(write_.get(), filling.data(), filling.size()) > 0) {
  }
  writer_->set_position(24);
  for (int i = 0; i < 50; ++i) writer_->emit(Event::message_sent);
  writer_->emit(Event::relay_changed);
  writer_->flush();
  text();
  writer_->emit(Event::loss_noticed);
  const auto all = lines();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0]["event"], "events_dropped");
  EXPECT_EQ(all[0]["count"], 51);
  EXPECT_FALSE(all[0].contains("position")) << "it is of no step";
  EXPECT_EQ(all[1]["event"], "loss_noticed");
  EXPECT_EQ(all[1]["position"], 24);
}

}  // namespace
}  // namespace hearsay::trace
