// What processes hold, and what is left of them.
#include "tools/drill/resources.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <set>
#include <string>

#include "common/base/file_descriptor.h"

namespace hearsay::drill {
namespace {

TEST(Holding, CountsMemoryAndDescriptors) {
  const Holding before = holding_of(::getpid());
  EXPECT_GT(before.memory_kb, 0);
  EXPECT_EQ(before.processes, 1);
  constexpr std::size_t kBytes = std::size_t{8} << 20U;
  void* held = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(held, MAP_FAILED);
  std::memset(held, 'x', kBytes);
  const FileDescriptor file(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const Holding after = holding_of(::getpid());
  ::munmap(held, kBytes);
  EXPECT_EQ(after.descriptors, before.descriptors + 1);
  EXPECT_GE(after.memory_kb, before.memory_kb + static_cast<std::int64_t>(kBytes / 1024 / 2));
}

// Who else runs the same program must make no difference.
TEST(Holding, FilesInMemoryAreNotANodesOwn) {
  const FileDescriptor file(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  const auto bytes = static_cast<std::size_t>(::lseek(file.get(), 0, SEEK_END));
  const Holding before = holding_of(::getpid());
  void* mapped = ::mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file.get(), 0);
  ASSERT_NE(mapped, MAP_FAILED);
  const Holding after = holding_of(::getpid());
  ::munmap(mapped, bytes);
  EXPECT_LT(after.memory_kb, before.memory_kb + static_cast<std::int64_t>(bytes / 1024 / 2));
}

TEST(Holding, OfNobodyIsNothing) {
  EXPECT_EQ(holding_of(-1).processes, 0);
}

class NamedMemory : public testing::Test {
 protected:
  NamedMemory() : file_(::shm_open(name_.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600)) {}
  ~NamedMemory() override { ::shm_unlink(name_.c_str()); }
  bool is_left() const {
    const auto left = watch_.left();
    return std::find(left.begin(), left.end(), name_.substr(1)) != left.end();
  }

  SharedMemoryWatch watch_;
  std::string name_ = "/hearsay-resources-test-" + std::to_string(::getpid());
  FileDescriptor file_;
};

TEST_F(NamedMemory, ThatNobodyHasOpenAnyMoreIsLeft) {
  ASSERT_TRUE(file_.valid());
  watch_.look_at(::getpid());
  EXPECT_FALSE(is_left()) << "it is open";
  ASSERT_EQ(::ftruncate(file_.get(), 4096), 0);
  void* mapped = ::mmap(nullptr, 4096, PROT_READ, MAP_SHARED, file_.get(), 0);
  ASSERT_NE(mapped, MAP_FAILED);
  file_.reset();
  EXPECT_FALSE(is_left()) << "it is mapped";
  ::munmap(mapped, 4096);
  EXPECT_TRUE(is_left());
  ::shm_unlink(name_.c_str());
  EXPECT_FALSE(is_left()) << "it is gone";
}

TEST_F(NamedMemory, ThatIsOnlyMappedIsSeen) {
  ASSERT_EQ(::ftruncate(file_.get(), 4096), 0);
  void* mapped = ::mmap(nullptr, 4096, PROT_READ, MAP_SHARED, file_.get(), 0);
  ASSERT_NE(mapped, MAP_FAILED);
  file_.reset();
  watch_.look_at(::getpid());
  ::munmap(mapped, 4096);
  EXPECT_TRUE(is_left());
}

TEST_F(NamedMemory, ThatOthersMadeOrThatWasThereIsNotTheirs) {
  SharedMemoryWatch later;
  later.look_at(::getpid());
  file_.reset();
  EXPECT_TRUE(later.left().empty()) << "it was there before";
  EXPECT_FALSE(is_left()) << "nobody was seen with it";
}

}  // namespace
}  // namespace hearsay::drill
