// Which test has an attached node: one at a time, and only as long as it is heard of.
//
// A test asks for its nodes, {"ask":"test","run":RUN}, before it begins, and again each second; at
// its end it says {"ask":"over","run":RUN}. One that is killed, or cut off for good, lets go by its
// silence. Pure: time is an argument.
#pragma once

#include <cstdint>
#include <string>

#include "common/base/units.h"

namespace hearsay::cluster {

class TestHold {
 public:
  // Longer than a bus is away in a test of just that.
  static constexpr std::int64_t kSilenceNs = 60 * kNsPerSecond;

  // False: another one has the node.
  bool take(std::int64_t now_ns, const std::string& run) {
    if (run.empty() || !is_of(run)) return false;
    run_ = run;
    heard_ns_ = now_ns;
    return true;
  }
  // Nobody has the node, or this run does.
  bool is_of(const std::string& run) const { return run_.empty() || run_ == run; }
  bool is_held() const { return !run_.empty(); }
  bool is_silent(std::int64_t now_ns) const { return is_held() && now_ns - heard_ns_ > kSilenceNs; }
  void let_go() { run_.clear(); }

 private:
  std::string run_;
  std::int64_t heard_ns_ = 0;
};

}  // namespace hearsay::cluster
