// A flipped bit in the memory of a running node, or in its state files: it is found and named, or
// it does not matter. Nothing wrong is ever served, nothing hangs, nobody restarts for ever.
//
// HEARSAY_FLIPS sets how many there are; the long run is tools/soak's.
#include <fcntl.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <map>
#include <random>
#include <string>
#include <thread>

#include "common/shm/segment.h"
#include "tests/process/request_ledger.h"
#include "tests/process/shared_memory.h"
#include "tests/support/messages.h"
#include "tests/support/node_runner.h"
#include "tests/support/sanitized.h"
#include "tests/support/send_signal.h"
#include "tests/support/temporary_folder.h"

namespace hearsay::test {
namespace {

using shm::SegmentLayout;

constexpr const char* kPlaceNames[] = {"control words", "waiting inputs", "waiting replies",
                                       "journal", "segment"};
enum class Place { control, inputs, replies, journal, segment };

std::uint64_t flips_wanted(std::uint64_t otherwise) {
  const char* wanted = std::getenv("HEARSAY_FLIPS");
  return wanted == nullptr ? otherwise / (kSanitized ? 5 : 1) : std::stoull(wanted);
}

// One node, one client, one flipped bit.
class Trial {
 public:
  explicit Trial(std::uint64_t seed)
      : random_(seed),
        place_(static_cast<Place>(random_() % std::size(kPlaceNames))),
        node_({"hearsay-node",
               {"--gossip=flood", "--hang-limit-ms=1000", "--reply-deadline-ms=600000"}}),
        ledger_(seed, "n1") {}

  void run() {
    node_.send_line(ledger_.init({"n1"}));
    take_answers(1);
    const auto early = 5 + random_() % 40;
    for (std::uint64_t i = 0; i < early; ++i) node_.send_line(ledger_.next_request());
    take_answers(early);
    damage();
    for (int i = 0; i < 12; ++i) {
      if (!node_.send_line(ledger_.next_request())) break;
    }
    node_.send_line(ledger_.read_request());
    node_.close_stdin();
    judge();
  }
  const char* place() const { return kPlaceNames[static_cast<std::size_t>(place_)]; }
  bool found() const { return found_; }

 private:
  void take_answers(std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto line = node_.read_line();
      ASSERT_TRUE(line) << node_.stderr_text().substr(0, 3000);
      take(*line);
    }
  }

  void take(const std::string& line) {
    ASSERT_EQ(fault_of_line(line), "") << line;
    const auto message = nlohmann::json::parse(line);
    ASSERT_EQ(message["src"], "n1");
    ASSERT_EQ(message["dest"], ledger_.client());
    ASSERT_EQ(ledger_.take_answer(message), "") << line;
  }

  // The worker stands still meanwhile, so that what waits in the rings is what will be used.
  void damage() {
    const pid_t worker = node_.worker();
    if (place_ == Place::replies) ask_without_reading();
    send_signal(worker, SIGSTOP);
    if (place_ == Place::inputs) {
      for (int i = 0; i < 8; ++i) node_.send_line(ledger_.next_request());
      wait_for_inputs();
    }
    const SharedFile segment = segment_of(node_.pid());
    flip_in(segment);
    if (place_ == Place::journal || random_() % 2 == 0) send_signal(worker, SIGKILL);
    send_signal(worker, SIGCONT);
  }

  // More than a pipe takes: the rest waits in the ring.
  void ask_without_reading() {
    std::string lines;
    for (int i = 0; i < 500; ++i) lines += ledger_.next_request() + '\n';
    ASSERT_TRUE(node_.send_only(lines)) << "the node takes no more";
  }

  void wait_for_inputs() const {
    const SharedFile segment = segment_of(node_.pid());
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (position_at(segment, offsetof(SegmentLayout, request.tail)) ==
               position_at(segment, offsetof(SegmentLayout, request.head)) &&
           std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  void flip_in(const SharedFile& segment) {
    switch (place_) {
      case Place::control:
        return flip(segment, 0, sizeof(SegmentLayout));
      case Place::inputs:
        return flip_in_ring(segment, offsetof(SegmentLayout, request), shm::kRingDataOffset);
      case Place::replies:
        return flip_in_ring(segment, offsetof(SegmentLayout, reply),
                            shm::kRingDataOffset + shm::kRingBytes);
      case Place::journal: {
        const shm::CommitSlot slot = active_slot_of(segment);
        const auto journals = shared_files(node_.pid(), "hearsay-journal");
        return flip(journals.at(slot.journal_region), 0, slot.journal_end);
      }
      case Place::segment:
        return flip(segment, 0, shm::kSegmentBytes);
    }
  }

  void flip_in_ring(const SharedFile& segment, std::uint64_t control, std::uint64_t data) {
    const auto tail = position_at(segment, control + offsetof(shm::RingControl, tail));
    const auto head = position_at(segment, control + offsetof(shm::RingControl, head));
    if (head == tail) return flip(segment, data, shm::kRingBytes);
    flip(segment, data + (head + random_() % (tail - head)) % shm::kRingBytes, 1);
  }

  void flip(const SharedFile& file, std::uint64_t begin, std::uint64_t bytes) {
    file.flip(begin + random_() % bytes, static_cast<unsigned>(random_() % 8));
  }

  void judge() {
    const auto lines = node_.read_until_eof();
    ASSERT_TRUE(lines) << "it hangs\n" << node_.stderr_text().substr(0, 3000);
    for (const std::string& line : *lines) take(line);
    const auto code = node_.exit_code();
    ASSERT_TRUE(code) << "it hangs, or died of a signal\n" << node_.stderr_text().substr(0, 3000);
    EXPECT_LE(node_.count_events("worker_died"), 12U) << "it restarts for ever";
    found_ = *code != 0;
    if (!found_) {
      EXPECT_EQ(ledger_.outstanding(), 0U) << "a reply is lost\n" << node_.stderr_text();
      return;
    }
    EXPECT_EQ(*code, 1);
    expect_named();
  }

  void expect_named() const {
    const std::string said = node_.stderr_text();
    const auto last = said.rfind("hearsay-node: ");
    ASSERT_NE(last, std::string::npos) << said.substr(0, 3000);
    bool named = false;
    for (const char* word : {"damaged", "corrupt", "impossible", "length", "padding", "segment"}) {
      named |= said.find(word, last) != std::string::npos;
    }
    EXPECT_TRUE(named) << said.substr(last);
  }

  std::mt19937_64 random_;
  Place place_;
  NodeRunner node_;
  RequestLedger ledger_;
  bool found_ = false;
};

TEST(BitFlips, InARunningNodeAreFoundOrDoNotMatter) {
  std::map<std::string, std::pair<int, int>> outcomes;  // found, without consequence
  const std::uint64_t flips = flips_wanted(250);
  for (std::uint64_t seed = 1; seed <= flips; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Trial trial(seed);
    trial.run();
    if (HasFatalFailure()) return;
    auto& [found, harmless] = outcomes[trial.place()];
    ++(trial.found() ? found : harmless);
  }
  for (const auto& [place, outcome] : outcomes) {
    std::cout << place << ": " << outcome.first << " found, " << outcome.second
              << " without consequence\n";
  }
  EXPECT_GT(outcomes["journal"].first, 0);
  EXPECT_EQ(outcomes["journal"].second, 0) << "all of it is read after a kill";
}

class KeptNode {
 public:
  explicit KeptNode(const TemporaryFolder& folder)
      : node_({.arguments = {"--state-dir=" + folder.path().string()}}) {}

  nlohmann::json ask(const std::string& line) {
    node_.send_line(line);
    return node_.next_message();
  }
  nlohmann::json values() { return ask(request_line("c1", "n1", "read", 900))["body"]; }
  NodeRunner& node() { return node_; }

 private:
  NodeRunner node_;
};

nlohmann::json live_with_values(const TemporaryFolder& folder) {
  KeptNode kept(folder);
  kept.ask(init_line("n1", {"n1"}));
  for (int id = 10; id < 40; ++id) {
    kept.ask(request_line("c1", "n1", "broadcast", id,
                          {{"message", std::to_string(id) + std::string(50, 'v')}}));
  }
  nlohmann::json values = kept.values();
  kept.node().signal(SIGKILL);
  kept.node().wait();
  return values;
}

TEST(BitFlips, InStateFilesAreFoundOrDoNotMatter) {
  int found = 0;
  const std::uint64_t flips = flips_wanted(150);
  for (std::uint64_t seed = 1; seed <= flips; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const TemporaryFolder folder;
    const nlohmann::json before = live_with_values(folder);
    const char* name = random() % 2 == 0 ? "segment" : "journal-0";
    const SharedFile file(
        FileDescriptor(::open((folder / "n1" / name).c_str(), O_RDWR | O_CLOEXEC)));
    file.flip(random() % 4000, static_cast<unsigned>(random() % 8));
    KeptNode kept(folder);
    kept.node().send_line(init_line("n1", {"n1"}));
    const nlohmann::json hello = kept.node().next_message();
    if (type_of(hello) == "init_ok") {
      EXPECT_EQ(kept.values(), before) << "served wrong";
      continue;
    }
    ++found;
    EXPECT_EQ(kept.node().exit_code(), 1);
    EXPECT_NE(kept.node().stderr_text().find("hearsay-node: " + (folder / "n1").string() +
                                             " can't be used"),
              std::string::npos)
        << kept.node().stderr_text();
  }
  std::cout << found << " of " << flips << " found\n";
  EXPECT_GT(found, 0);
}

}  // namespace
}  // namespace hearsay::test
