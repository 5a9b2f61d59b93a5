// Memory that runs out has words, and is seen before the system ends the bench for it.
#include "tools/processes/memory.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <string>

#include "tests/support/sanitized.h"
#include "tests/support/temporary_folder.h"

namespace hearsay::bench {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::max();

class CgroupTest : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) const {
    const fs::path path = folder_.path() / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  std::int64_t limit(const std::string& own) const {
    write("own", own);
    return cgroup_limit_bytes(folder_ / "own", folder_.path());
  }

  test::TemporaryFolder folder_;
};

TEST_F(CgroupTest, TheLeastOfAllAboveCounts) {
  write("a/b/memory.max", "max\n");
  write("a/memory.max", "5000\n");
  write("memory.max", "9000\n");
  EXPECT_EQ(limit("0::/a/b\n"), 5000);
  EXPECT_EQ(limit("3:memory:/a\n0::/\n"), 9000) << "in a container it is the root";
}

TEST_F(CgroupTest, OfVersion1Too) {
  write("memory/a/memory.limit_in_bytes", "7000\n");
  write("memory/memory.limit_in_bytes", "9223372036854771712\n");
  EXPECT_EQ(limit("5:cpu,cpuacct:/b\n4:memory:/a\n"), 7000);
  EXPECT_EQ(limit("4:hugetlb,memory:/a/b\n"), 7000);
  EXPECT_EQ(limit("4:memoryless:/a\n"), kNone);
}

TEST_F(CgroupTest, WhereNothingIsSaidThereIsNone) {
  EXPECT_EQ(limit("0::/a/b\n"), kNone);
  EXPECT_EQ(limit("3:memory:/a\n"), kNone);
  EXPECT_EQ(limit(""), kNone);
  EXPECT_EQ(cgroup_limit_bytes("/nowhere", folder_.path()), kNone);
}

TEST(MemoryWatch, ThrowsWhenItIsTooMuch) {
  EventHeap heap;
  std::int64_t own_bytes = 100;
  MemoryWatch watch(heap, 100, [&] { return own_bytes; });
  watch.start(0);
  std::int64_t now_ns = 0;
  const auto live_a_second = [&] {
    now_ns += 1'000'000'000;
    heap.run_due(now_ns);
  };
  live_a_second();
  live_a_second();
  own_bytes = 101;
  EXPECT_THROW(live_a_second(), NoMemory);
}

TEST(Memory, OfThisProcessAndTheMachineIsKnown) {
  EXPECT_GT(own_memory_bytes(), 0);
  EXPECT_GT(most_memory_bytes(), own_memory_bytes());
}

// In a process of its own, which has room for the first one alone.
TEST(Memory, ASecondReserveDoesNotCostTheFirst) {
  if (test::kSanitized) GTEST_SKIP() << "a sanitizer wants more than any limit";
  const pid_t child = ::fork();
  if (child == 0) {
    constexpr rlim_t kRoomBytes = 5U << 20U;
    name_the_lack_of_memory();
    std::int64_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    const rlim_t used = static_cast<rlim_t>(pages * ::sysconf(_SC_PAGESIZE));
    const rlimit limit{used + kRoomBytes, used + kRoomBytes};
    ::setrlimit(RLIMIT_AS, &limit);
    const MemoryReserve second;
    try {
      demand_memory();
      ::_exit(0);
    } catch (const NoMemory&) {
      ::_exit(1);
    }
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(Memory, ThatCanNotBeHadIsNamed) {
  if (test::kSanitized) GTEST_SKIP() << "a sanitizer has an allocator of its own";
  name_the_lack_of_memory();
  EXPECT_NO_THROW(demand_memory());
  try {
    // NOLINTNEXTLINE(bugprone-unused-return-value)
    static_cast<void>(::operator new (std::size_t{1} << 60U));
    ADD_FAILURE() << "so much was there";
  } catch (const std::bad_alloc& error) {
    EXPECT_NE(std::string(error.what()).find("no memory is left"), std::string::npos);
  }
  EXPECT_THROW(demand_memory(), NoMemory) << "the reserve went first";
}

}  // namespace
}  // namespace hearsay::bench
