#include "tests/process/shared_memory.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>

#include "common/shm/segment.h"

namespace hearsay::test {

void SharedFile::write(std::uint64_t offset, std::string_view bytes) const {
  EXPECT_EQ(::pwrite(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset)),
            static_cast<ssize_t>(bytes.size()));
}

std::string SharedFile::read(std::uint64_t offset, std::uint64_t bytes) const {
  std::string text(bytes, '\0');
  EXPECT_EQ(::pread(file_.get(), text.data(), bytes, static_cast<off_t>(offset)),
            static_cast<ssize_t>(bytes));
  return text;
}

std::uint64_t SharedFile::word(std::uint64_t offset) const {
  const std::string bytes = read(offset, sizeof(std::uint64_t));
  std::string_view rest = bytes;
  return take<std::uint64_t>(rest);
}

void SharedFile::flip(std::uint64_t offset, unsigned bit) const {
  std::string byte = read(offset, 1);
  byte[0] = static_cast<char>(static_cast<unsigned char>(byte[0]) ^ (1U << bit));
  write(offset, byte);
}

std::uint64_t SharedFile::size_bytes() const {
  struct stat found {};
  EXPECT_EQ(::fstat(file_.get(), &found), 0);
  return static_cast<std::uint64_t>(found.st_size);
}

std::vector<SharedFile> shared_files(pid_t pid, const std::string& name) {
  std::map<int, std::filesystem::path> found;
  const std::string folder = "/proc/" + std::to_string(pid) + "/fd";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const auto target = std::filesystem::read_symlink(entry.path()).string();
    if (target.find(name) != std::string::npos) {
      found[std::stoi(entry.path().filename().string())] = entry.path();
    }
  }
  std::vector<SharedFile> files;
  files.reserve(found.size());
  for (const auto& [number, path] : found) {
    files.emplace_back(FileDescriptor(::open(path.c_str(), O_RDWR | O_CLOEXEC)));
  }
  EXPECT_FALSE(files.empty()) << name;
  return files;
}

SharedFile segment_of(pid_t pid) {
  return std::move(shared_files(pid, "hearsay-segment").front());
}

shm::CommitSlot active_slot_of(const SharedFile& segment) {
  const std::string bytes =
      segment.read(offsetof(shm::SegmentLayout, commit), sizeof(shm::CommitArea));
  const auto area = std::make_unique<shm::CommitArea>();
  std::memcpy(static_cast<void*>(area.get()), bytes.data(), bytes.size());
  return shm::active_slot(*area);
}

std::uint64_t position_at(const SharedFile& segment, std::uint64_t offset) {
  return (segment.word(offset) & shm::GuardedWord::kLargest) * 8;
}

}  // namespace hearsay::test
