// Words into a stream that takes nothing now.
#include "tools/console/patient_stream.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <string>
#include <thread>

namespace hearsay::bench {
namespace {

class PatientStreamTest : public testing::Test {
 protected:
  PatientStreamTest() {
    std::array<int, 2> ends{};
    check_syscall(::pipe2(ends.data(), O_CLOEXEC), "pipe2");
    read_ = FileDescriptor(ends[0]);
    write_ = FileDescriptor(ends[1]);
    static_cast<void>(::signal(SIGPIPE, SIG_IGN));
  }

  // So much, or what there is up to the end.
  std::string read(std::size_t size) const {
    std::string text(size, '\0');
    std::size_t count = 0;
    while (count < size) {
      const ssize_t more = ::read(read_.get(), text.data() + count, size - count);
      if (more <= 0) break;
      count += static_cast<std::size_t>(more);
    }
    return text.substr(0, count);
  }

  FileDescriptor read_;
  FileDescriptor write_;
};

std::string numbered_lines(int count) {
  std::string lines;
  for (int i = 0; i < count; ++i) lines += std::to_string(i) + " of the lines\n";
  return lines;
}

TEST_F(PatientStreamTest, WhatIsTakenIsWrittenAtOnce) {
  PatientStream stream(write_.get());
  stream.write("one\n");
  EXPECT_FALSE(stream.is_behind());
  EXPECT_EQ(read(4), "one\n");
}

// More than a pipe holds; the reader begins when all of it was said.
TEST_F(PatientStreamTest, WhatIsNotTakenComesLaterInItsOrder) {
  const std::string lines = numbered_lines(20'000);
  PatientStream stream(write_.get());
  for (std::size_t begin = 0; begin < lines.size();) {
    const std::size_t end = lines.find('\n', begin) + 1;
    stream.write(lines.substr(begin, end - begin));
    begin = end;
  }
  EXPECT_TRUE(stream.is_behind());
  std::string got;
  std::thread reader([&] { got = read(lines.size()); });
  stream.finish();
  reader.join();
  EXPECT_FALSE(stream.is_behind());
  EXPECT_EQ(got, lines);
}

TEST_F(PatientStreamTest, GoesOnWhenThereIsRoomAgain) {
  const std::string lines = numbered_lines(10'000);
  PatientStream stream(write_.get());
  stream.write(lines);
  std::string got;
  while (got.size() < lines.size()) {
    got += read(1);
    stream.go_on();
  }
  EXPECT_EQ(got, lines);
  EXPECT_FALSE(stream.is_behind());
}

TEST_F(PatientStreamTest, WhatDoesNotFitIsCountedWhereItIsMissing) {
  const std::string most(PatientStream::kMostBytes, 'x');
  const std::string words = "hearsay: here 3 lines are missing: nobody read them in time\n";
  std::string got;
  std::thread reader;
  {
    PatientStream stream(write_.get());
    for (int i = 0; i < 4; ++i) stream.write(most);
    reader = std::thread([&] { got = read(most.size() + words.size()); });
  }
  reader.join();
  EXPECT_EQ(got.size(), most.size() + words.size());
  EXPECT_EQ(got.substr(most.size()), words);
}

// As a child does that sends its words elsewhere.
TEST_F(PatientStreamTest, FollowsItsDescriptorToAnotherFile) {
  PatientStream stream(write_.get());
  stream.write("one\n");
  std::array<int, 2> ends{};
  check_syscall(::pipe2(ends.data(), O_CLOEXEC), "pipe2");
  const FileDescriptor other_read(ends[0]);
  const FileDescriptor other_write(ends[1]);
  check_syscall(::dup2(other_write.get(), write_.get()), "dup2");
  stream.write("two\n");
  EXPECT_EQ(read(100), "one\n") << "nobody holds that pipe any more";
  std::array<char, 10> text{};
  EXPECT_EQ(::read(other_read.get(), text.data(), text.size()), 4);
  EXPECT_EQ(std::string(text.data()), "two\n");
}

TEST_F(PatientStreamTest, WithoutAReaderNobodyWaits) {
  PatientStream stream(write_.get());
  stream.write(numbered_lines(10'000));
  EXPECT_TRUE(stream.is_behind());
  read_.reset();
  stream.finish();
  EXPECT_FALSE(stream.is_behind());
}

}  // namespace
}  // namespace hearsay::bench
