// Garbage in the shared memory, as a bug or a stray pointer would leave it: the node ends with a
// clear word or gets over it. It never hangs, and the supervisor never crashes.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <csignal>
#include <cstddef>
#include <functional>
#include <random>
#include <string>

#include "common/shm/segment.h"
#include "tests/process/shared_memory.h"
#include "tests/support/conversation.h"
#include "tests/support/messages.h"
#include "tests/support/send_signal.h"

namespace hearsay::test {
namespace {

using shm::CommitSlot;
using shm::SegmentLayout;

constexpr std::uint64_t kControlBytes = sizeof(SegmentLayout);
constexpr std::uint64_t kRequestData = shm::kRingDataOffset;
constexpr std::uint64_t kReplyData = shm::kRingDataOffset + shm::kRingBytes;

enum class Afterwards { kill_worker, go_on };

// The node gets work, the garbage, perhaps a new worker, more work, and the end of its input.
void expect_no_harm(const std::function<void(const SharedFile&)>& corrupt, Afterwards then,
                    const std::string& what) {
  SCOPED_TRACE(what);
  NodeRunner node({"hearsay-node", {"--gossip=flood", "--hang-limit-ms=200"}});
  node.send_line(init_line("n1", {"n1", "n2"}));
  ASSERT_EQ(type_of(node.next_message()), "init_ok");
  for (std::int64_t id = 1; id <= 30; ++id) {
    node.send_line(request_line("c1", "n1", "broadcast", id, {{"message", id}}));
    for (int lines = 0; lines < 2; ++lines) node.read_line();
  }
  const pid_t worker = node.worker();
  corrupt(segment_of(node.pid()));
  if (then == Afterwards::kill_worker) send_signal(worker, SIGKILL);
  for (std::int64_t id = 100; id < 110; ++id) {
    if (!node.send_line(echo_line(id))) break;  // it has ended
  }
  node.close_stdin();
  node.read_until_eof(kPatience / 2);
  const auto status = node.wait(kPatience / 2);
  ASSERT_TRUE(status) << "it hangs\n" << node.stderr_text().substr(0, 6000);
  ASSERT_TRUE(WIFEXITED(*status)) << "killed by signal " << WTERMSIG(*status) << "\n"
                                  << node.stderr_text();
  if (WEXITSTATUS(*status) != 0) {
    EXPECT_EQ(WEXITSTATUS(*status), 1);
    EXPECT_NE(node.stderr_text().find("hearsay-node: "), std::string::npos) << node.stderr_text();
  }
}

struct Place {
  const char* name;
  std::uint64_t offset;
};

constexpr std::uint64_t kSlot0 = offsetof(SegmentLayout, commit.slots);
constexpr std::uint64_t kSlot1 = kSlot0 + sizeof(CommitSlot);

const Place kPlaces[] = {
    {"magic", 0},
    {"version_and_header_bytes", offsetof(SegmentLayout, header.version)},
    {"ring_bytes", offsetof(SegmentLayout, header.ring_bytes)},
    {"poison_position", offsetof(SegmentLayout, header.poison_position)},
    {"ready_generation", offsetof(SegmentLayout, header.ready_generation)},
    {"running_position", offsetof(SegmentLayout, header.running_position)},
    {"stop", offsetof(SegmentLayout, header.stop)},
    {"committing", offsetof(SegmentLayout, header.committing)},
    {"recovered_records", offsetof(SegmentLayout, header.recovered_records)},
    {"step", offsetof(SegmentLayout, commit.step)},
    {"request_head", offsetof(CommitSlot, request_head)},
    {"reply_tail", offsetof(CommitSlot, reply_tail)},
    {"inputs", offsetof(CommitSlot, inputs)},
    {"journal_region", offsetof(CommitSlot, journal_region)},
    {"journal_end", offsetof(CommitSlot, journal_end)},
    {"snapshot_bytes", offsetof(CommitSlot, snapshot_bytes)},
    {"spill_begin", offsetof(CommitSlot, spill_begin)},
    {"spill_end", offsetof(CommitSlot, spill_end)},
    {"worker_park", offsetof(SegmentLayout, worker_park)},
    {"supervisor_park", offsetof(SegmentLayout, supervisor_park)},
    {"request_ring_tail", offsetof(SegmentLayout, request.tail)},
    {"request_ring_head", offsetof(SegmentLayout, request.head)},
    {"reply_ring_tail", offsetof(SegmentLayout, reply.tail)},
    {"reply_ring_head", offsetof(SegmentLayout, reply.head)},
};

bool in_slot(const Place& place) {
  return &place >= &kPlaces[8] && &place <= &kPlaces[15];
}

std::ostream& operator<<(std::ostream& out, const Place& place) {
  return out << place.name;
}

class CorruptWord : public testing::TestWithParam<Place> {};

TEST_P(CorruptWord, EndsTheNodeOrIsSurvived) {
  const Place& place = GetParam();
  using Change = std::uint64_t (*)(std::uint64_t);
  const std::pair<const char*, Change> changes[] = {
      {"all ones", [](std::uint64_t) { return ~std::uint64_t{0}; }},
      {"zero", [](std::uint64_t) { return std::uint64_t{0}; }},
      {"a little more", [](std::uint64_t value) { return value + 8; }},
      {"unaligned", [](std::uint64_t value) { return value + 3; }},
      {"a little less", [](std::uint64_t value) { return value - 8; }},
      {"a ring further", [](std::uint64_t value) { return value + shm::kRingBytes; }},
      {"far away", [](std::uint64_t value) { return value ^ 0x5a5a5a5a5a5a5a58; }}};
  for (const auto& [name, change] : changes) {
    for (const Afterwards then : {Afterwards::kill_worker, Afterwards::go_on}) {
      expect_no_harm(
          [&](const SharedFile& segment) {
            const bool slot = in_slot(place);
            for (const std::uint64_t base : {slot ? kSlot0 : 0, slot ? kSlot1 : 0}) {
              const std::uint64_t value = change(segment.word(base + place.offset));
              segment.write(base + place.offset, bytes_of(value));
              if (!slot) break;
            }
          },
          then, std::string(name) + (then == Afterwards::kill_worker ? ", killed" : ""));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Places, CorruptWord, testing::ValuesIn(kPlaces),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST(CorruptSegment, GarbageInTheRings) {
  std::mt19937 random(1);
  std::string garbage(shm::kRingBytes, '\0');
  for (char& byte : garbage) byte = static_cast<char>(random());
  for (const std::uint64_t ring : {kRequestData, kReplyData}) {
    for (const Afterwards then : {Afterwards::kill_worker, Afterwards::go_on}) {
      for (const auto& bytes :
           {garbage, std::string(shm::kRingBytes, '\0'), std::string(shm::kRingBytes, '\xff')}) {
        expect_no_harm([&](const SharedFile& segment) { segment.write(ring, bytes); }, then,
                       "a ring");
      }
    }
  }
}

constexpr unsigned kSeeds = 60;

TEST(CorruptSegment, GarbageAnywhereInTheControlArea) {
  for (unsigned seed = 0; seed < kSeeds; ++seed) {
    std::mt19937 random(seed);
    expect_no_harm(
        [&](const SharedFile& segment) {
          const std::uint64_t offset = random() % kControlBytes;
          std::string garbage(1 + random() % 64, '\0');
          for (char& byte : garbage) byte = static_cast<char>(random());
          segment.write(offset, garbage);
        },
        seed % 2 == 0 ? Afterwards::kill_worker : Afterwards::go_on,
        "seed " + std::to_string(seed));
  }
}

}  // namespace
}  // namespace hearsay::test
