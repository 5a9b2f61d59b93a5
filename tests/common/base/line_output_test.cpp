#include "common/base/line_output.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>

namespace hearsay {
namespace {

std::string text_of(int fd) {
  std::string text(100'000, '\0');
  text.resize(static_cast<std::size_t>(::pread(fd, text.data(), text.size(), 0)));
  return text;
}

// As a disk that is full and has room again: a file may not grow beyond this.
class Room {
 public:
  Room() {
    std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
  }
  ~Room() { ::setrlimit(RLIMIT_FSIZE, &before_); }
  Room(const Room&) = delete;
  Room& operator=(const Room&) = delete;

  void limit(rlim_t bytes) {
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }

 private:
  rlimit before_{};
};

class Full : public testing::TestWithParam<int> {};

TEST_P(Full, AFileThatCutsALineOffLosesTheWholeLineAndNoOther) {
  const FileDescriptor file(::memfd_create("lines", MFD_CLOEXEC));
  ::fcntl(file.get(), F_SETFL, GetParam());
  LineOutput output(file.get());
  Room room;
  room.limit(25);
  EXPECT_TRUE(output.write("the first\n"));
  EXPECT_TRUE(output.write("the second\n"));
  EXPECT_FALSE(output.write("the third\n"));
  EXPECT_FALSE(output.write("the fourth\n"));
  EXPECT_NE(output.problem(), "");
  EXPECT_EQ(text_of(file.get()), "the first\nthe second\n");
  room.limit(1000);
  EXPECT_TRUE(output.write("the fifth\n"));
  EXPECT_EQ(text_of(file.get()), "the first\nthe second\nthe fifth\n");
}

INSTANTIATE_TEST_SUITE_P(Modes, Full, testing::Values(0, O_APPEND));

TEST(LineOutput, WhatTookHalfALineGetsALineFeedBeforeTheNext) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  const FileDescriptor write(ends[0]);
  const FileDescriptor read(ends[1]);
  LineOutput output(write.get());
  const std::string line = std::string(400'000, 'x') + '\n';
  ASSERT_FALSE(output.write(line));
  std::string text(1'000'000, '\0');
  text.resize(static_cast<std::size_t>(::recv(read.get(), text.data(), text.size(), 0)));
  ASSERT_LT(text.size(), line.size()) << "no half line";
  ASSERT_GT(text.size(), 0U);
  ASSERT_TRUE(output.write("next\n"));
  std::array<char, 100> rest{};
  std::string after;
  while (!after.ends_with("next\n")) {
    const ssize_t got = ::recv(read.get(), rest.data(), rest.size(), MSG_DONTWAIT);
    ASSERT_GT(got, 0) << after;
    after.append(rest.data(), static_cast<std::size_t>(got));
  }
  EXPECT_TRUE(after.ends_with("\nnext\n")) << after.substr(after.size() - 10);
}

TEST(LineOutput, APipeThatIsFullTakesNoneAndStaysBlockingForOthers) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const FileDescriptor read(ends[0]);
  const FileDescriptor write(ends[1]);
  LineOutput output(write.get());
  const std::string line = std::string(3000, 'x') + '\n';
  int lines = 0;
  while (output.write(line)) ++lines;
  EXPECT_GT(lines, 0);
  EXPECT_EQ(::fcntl(write.get(), F_GETFL) & O_NONBLOCK, 0);
  std::string text(1'000'000, '\0');
  text.resize(static_cast<std::size_t>(::read(read.get(), text.data(), text.size())));
  EXPECT_EQ(text.size(), static_cast<std::size_t>(lines) * line.size()) << "a line in part";
  EXPECT_TRUE(output.write(line));
}

}  // namespace
}  // namespace hearsay
