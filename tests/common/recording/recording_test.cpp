// Recordings are read as they were written; what is cut off, damaged or foreign is named, and what
// stands before it is read all the same.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "common/base/checksum.h"
#include "common/recording/file.h"
#include "common/recording/reader.h"
#include "common/recording/writer.h"
#include "tests/support/file_size_limit.h"
#include "tests/support/temporary_folder.h"

namespace hearsay::recording {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kPlenty = 1 << 20;
constexpr int kInputs = 5;

BeginRecord some_begin(std::uint64_t seed = 7) {
  BeginRecord begin;
  begin.fixed.seed = seed;
  begin.node = "n1";
  begin.version = "1";
  begin.arguments = {"--workload=echo"};
  return begin;
}

std::string read_all(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_all(const fs::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

class Recording : public testing::Test {
 protected:
  // A recording of some inputs and an output each.
  std::string make(const char* name, std::uint64_t seed = 7, std::uint64_t limit = kPlenty) {
    RecordingWriter writer(create_recording(folder_ / name).file, limit, some_begin(seed));
    writer.worker_started({});
    for (std::uint64_t i = 0; i < kInputs; ++i) {
      writer.input(8 * i, 1, 0, std::string(20, static_cast<char>('a' + i)));
      writer.flush();
      writer.output(32 * i, {{3, 2, 4}, 8 * i, i});
      writer.flush();
    }
    writer.ended({});
    return read_all(folder_ / name);
  }

  // What is read of these bytes: the payloads, and how the reading ended.
  struct Reading {
    std::vector<std::string> payloads;
    std::string problem;
  };
  Reading read(std::string_view bytes) const {
    write_all(folder_ / "read", bytes);
    Reading reading;
    try {
      RecordingReader reader(folder_ / "read");
      while (const auto entry = reader.next()) reading.payloads.emplace_back(entry->payload);
      reading.problem = reader.damage();
    } catch (const BadRecording& problem) {
      reading.problem = problem.what();
    }
    return reading;
  }

  test::TemporaryFolder folder_;
};

bool is_beginning_of(const std::vector<std::string>& some, const std::vector<std::string>& all) {
  return some.size() <= all.size() && std::equal(some.begin(), some.end(), all.begin());
}

TEST_F(Recording, IsReadAsItWasWritten) {
  make("a.recording");
  RecordingReader reader(folder_ / "a.recording");
  EXPECT_EQ(reader.begin().node, "n1");
  EXPECT_EQ(reader.begin().fixed.seed, 7U);
  EXPECT_EQ(reader.begin().arguments, std::vector<std::string>{"--workload=echo"});
  EXPECT_EQ(reader.next()->kind, RecordKind::worker_started);
  const auto entry = reader.next();
  EXPECT_EQ(entry->kind, RecordKind::input);
  EXPECT_EQ(input_of(*entry).position, 0U);
  EXPECT_EQ(input_of(*entry).payload, std::string(20, 'a'));
  const auto output = reader.next();
  EXPECT_EQ(output->kind, RecordKind::output);
  RecordedOutputs outputs(output->payload);
  EXPECT_EQ(outputs.next()->sum.header.flags, 4U);
  EXPECT_FALSE(outputs.next());
}

TEST_F(Recording, CutOffAnywhereGivesWhatIsWhole) {
  const std::string bytes = make("a.recording");
  const Reading all = read(bytes);
  ASSERT_EQ(all.payloads.size(), 2U * kInputs + 2);
  ASSERT_EQ(all.problem, "");
  std::size_t at_boundaries = 0;
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const Reading some = read(std::string_view(bytes).substr(0, size));
    ASSERT_TRUE(is_beginning_of(some.payloads, all.payloads)) << size;
    ASSERT_LT(some.payloads.size(), all.payloads.size()) << size;
    if (some.problem.empty()) ++at_boundaries;
  }
  EXPECT_EQ(at_boundaries, all.payloads.size()) << "elsewhere it is said";
}

TEST_F(Recording, AFlippedBitAnywhereIsFound) {
  const std::string bytes = make("a.recording");
  const Reading all = read(bytes);
  for (std::size_t bit = 0; bit < 8 * bytes.size(); bit += 3) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
    const Reading some = read(flipped);
    ASSERT_TRUE(is_beginning_of(some.payloads, all.payloads)) << bit;
    // In the gap behind a payload nothing stands, and nothing is lost.
    if (some.payloads.size() == all.payloads.size()) continue;
    ASSERT_NE(some.problem, "") << bit;
  }
}

TEST_F(Recording, ARecordOfAnotherRecordingIsFound) {
  const std::string one = make("a.recording", 7);
  const std::string other = make("b.recording", 8);
  ASSERT_EQ(one.size(), other.size());
  const Reading spliced = read(one.substr(0, 400) + other.substr(400));
  EXPECT_NE(spliced.problem.find("another recording"), std::string::npos) << spliced.problem;
}

TEST_F(Recording, WhatIsNoneIsNamed) {
  std::string other_version = make("a.recording");
  other_version[16] = 9;
  FileHead head{};
  std::memcpy(&head, other_version.data(), sizeof head);
  head.check = checksum(bytes_of(head).substr(0, offsetof(FileHead, check)));
  std::memcpy(other_version.data(), &head, sizeof head);
  EXPECT_NE(read(other_version).problem.find("format 9"), std::string::npos);
  EXPECT_NE(read("").problem.find("is empty"), std::string::npos);
  EXPECT_NE(read("{\"ts\":1}").problem.find("is not a recording"), std::string::npos);
  EXPECT_THROW(RecordingReader(folder_.path().string()), BadRecording);
  EXPECT_THROW(RecordingReader(folder_ / "missing"), BadRecording);
}

TEST_F(Recording, StopsAtItsLimitAndSaysSo) {
  constexpr std::uint64_t kLimit = 1200;
  const std::string bytes = make("a.recording", 7, kLimit);
  EXPECT_LE(bytes.size(), kLimit);
  const Reading some = read(bytes);
  EXPECT_EQ(some.problem, "");
  EXPECT_NE(some.payloads.back().find("--record-limit-mib"), std::string::npos);
}

TEST_F(Recording, AFullDiskStopsItAtAWholeRecord) {
  const test::FileSizeLimit limit(4096);
  RecordingWriter writer(create_recording(folder_ / "a.recording").file, kPlenty, some_begin());
  for (std::uint64_t i = 0; i < 100; ++i) {
    writer.input(8 * i, 1, 0, std::string(100, 'x'));
    if (i % 3 == 0) writer.flush();
  }
  EXPECT_TRUE(writer.stopped());
  EXPECT_EQ(writer.records() - 1 + writer.missed(), 100U) << "but for the beginning";
  const Reading some = read(read_all(folder_ / "a.recording"));
  EXPECT_EQ(some.problem, "");
  EXPECT_GT(some.payloads.size(), 10U);
}

TEST_F(Recording, NothingIsWrittenOver) {
  const std::string first = path_in(folder_.path(), "n1");
  EXPECT_EQ(create_recording(first).path, first);
  EXPECT_EQ(create_recording(first).path, path_in(folder_.path(), "n1-2"));
  EXPECT_EQ(create_recording(first).path, path_in(folder_.path(), "n1-3"));
}

}  // namespace
}  // namespace hearsay::recording
