// When the nodes of a cluster were last heard by one of them: who is missing can't say it itself.
//
// Heard is a line for this node; what others say of themselves goes to whoever asks only, else a
// large cluster would speak of nothing else. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace hearsay::cluster {

class LastHeard {
 public:
  static constexpr std::int64_t kNever = -1;

  // Nobody else is remembered.
  void expect(const std::vector<std::string>& nodes);
  void note(std::string_view sender, std::int64_t now_ns);
  // Since when, in ms, of those that are expected; or kNever.
  std::map<std::string, std::int64_t> ago_ms(const std::vector<std::string>& nodes,
                                             std::int64_t now_ns) const;

 private:
  std::map<std::string, std::int64_t, std::less<>> at_ns_;  // 0: not yet
};

// What a hail says when it asks for that.
std::string seek_in_hail(const std::vector<std::string>& nodes);
// Nobody: it is a mere hail.
std::vector<std::string> sought_in(const std::string& hail);

}  // namespace hearsay::cluster
