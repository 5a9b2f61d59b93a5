// All recordings of a run, replayed together in virtual time: always the input that was taken
// first.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tools/replay/mail.h"
#include "tools/replay/network_order.h"
#include "tools/replay/player.h"

namespace hearsay::replay {

// The recordings in a run's folder, in its folder `recordings`, or in the folder itself. Throws
// recording::BadRecording when there are none.
std::vector<std::filesystem::path> find_recordings(const std::filesystem::path& folder);

class ClusterReplay {
 public:
  // Throws recording::BadRecording when none of the recordings can be read.
  explicit ClusterReplay(const std::filesystem::path& folder);

  // Prints what came of it. Returns the exit code.
  int run();

 private:
  struct Node {
    std::string path;
    std::unique_ptr<Player> player;
    NetworkOrder order;
    const Player::Next* next = nullptr;
  };

  std::unique_ptr<Player> read(const std::filesystem::path& path);
  static std::int64_t time_of(const Node& node);
  Node* first();
  void step(Node& node);
  void check_order(Node& node, std::uint64_t print);
  bool mail_is_complete() const;
  std::string words_on_order() const;
  int print_verdict(const Node* differing) const;

  bench::LoopProgress progress_;
  std::uint64_t inputs_ = 0;  // recorded
  std::uint64_t replayed_ = 0;
  std::vector<Node> nodes_;
  Mail mail_;
  std::vector<std::string> unreadable_;  // recordings, in words
  std::vector<std::string> empty_;
  std::string out_of_order_;  // the first input that the network did not deliver, in words
};

}  // namespace hearsay::replay
