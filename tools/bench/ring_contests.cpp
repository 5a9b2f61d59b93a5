#include "tools/bench/ring_contests.h"

#include <nlohmann/json.hpp>
#include <string>

#include "tools/bench/child.h"

namespace hearsay::measure {
namespace {

constexpr const char* kOwnBatched = "hearsay, batches";
constexpr const char* kLockfree = "boost::lockfree::spsc_queue";
constexpr const char* kLockfreeBatched = "boost::lockfree, batches";
constexpr const char* kMessageQueue = "boost::interprocess::message_queue";

struct Transport {
  const char* name;
  const char* program;
  const char* word;  // tools/benchmarks/peers/ring_main.cpp
  bool fast;
};

constexpr Transport kTransports[] = {
    {kOurs, "hearsay-peer-ring", "own", true},
    {kOwnBatched, "hearsay-peer-ring", "own-batched", true},
    {"hearsay without check sums, batches", "hearsay-peer-ring-unchecked", "own-batched", true},
    {kLockfree, "hearsay-peer-ring", "lockfree", true},
    {kLockfreeBatched, "hearsay-peer-ring", "lockfree-batched", true},
    {kMessageQueue, "hearsay-peer-ring", "message-queue", false},
    {"pipe", "hearsay-peer-ring", "pipe", false},
    {"socketpair", "hearsay-peer-ring", "socketpair", false},
    {"POSIX queue", "hearsay-peer-ring", "posix", false}};

constexpr std::int64_t kMoreMessages = 10;  // than lines
constexpr std::int64_t kFewerPingPongs = 20;

std::int64_t count_of(const Transport& transport, const std::string& shape, std::int64_t lines) {
  if (shape == "ping-pong") return lines / kFewerPingPongs;
  return transport.fast ? lines * kMoreMessages : lines;
}

Figures run_ring(const Peers& peers, const Transport& transport, const std::string& shape,
                 const Placement& placement, std::int64_t lines) {
  const std::string count = std::to_string(count_of(transport, shape, lines));
  std::vector<std::string> command = peers.command(transport.program);
  command.insert(command.end(), {transport.word, shape, count, std::to_string(placement.first),
                                 std::to_string(placement.second)});
  const auto answer = nlohmann::json::parse(output_of(command));
  if (shape == "ping-pong") return {{"round-trip-ns", answer.at("round-trip-ns").get<double>()}};
  return {{"millions-per-s", answer.at("messages-per-s").get<double>() / 1e6}};
}

Contest make_contest(const Peers& peers, const std::string& shape, const std::string& title,
                     const Column& column, const Placement& placement, std::int64_t lines) {
  Contest contest{"ring", title, {column}, {}, {}};
  for (const Transport& transport : kTransports) {
    contest.entries.push_back(
        {transport.name, std::string(transport.name).starts_with(kOurs),
         [=, &peers] { return run_ring(peers, transport, shape, placement, lines); }});
  }
  return contest;
}

}  // namespace

std::vector<Contest> ring_contests(const Peers& peers, const Placement& placement,
                                   std::int64_t lines) {
  const Column rate{"millions-per-s", "million messages/s", 2};
  std::vector<Contest> contests{
      make_contest(peers, "64", "Ring: messages of 64 bytes", rate, placement, lines),
      make_contest(peers, "256", "Ring: messages of 256 bytes", rate, placement, lines),
      make_contest(peers, "mixed", "Ring: messages of 16 to 512 bytes", rate, placement, lines)};
  for (Contest& contest : contests) {
    contest.targets = {{rate.figure, kOwnBatched, kMessageQueue, true, 20},
                       {rate.figure, kOwnBatched, kLockfreeBatched, true, 1.4},
                       {rate.figure, kOurs, kLockfree, true, 1.3}};
  }
  contests.push_back(make_contest(peers, "ping-pong", "Ring: 64 bytes there and back",
                                  {"round-trip-ns", "round trip, ns", 0}, placement, lines));
  contests.back().targets = {{"round-trip-ns", kOurs, kLockfree, false, 1}};
  return contests;
}

}  // namespace hearsay::measure
