#include "supervisor/chaos.h"

#include <vector>

#include "common/base/units.h"

namespace hearsay::supervisor {

void Chaos::begin(std::string_view node, std::int64_t now_ns) {
  if (mean_ms_ == 0 || next_ns_) return;
  std::vector<std::uint32_t> words{static_cast<std::uint32_t>(seed_),
                                   static_cast<std::uint32_t>(seed_ >> 32)};
  for (const char c : node) words.push_back(static_cast<unsigned char>(c));
  std::seed_seq sequence(words.begin(), words.end());
  engine_.seed(sequence);
  plan(now_ns);
}

bool Chaos::take_due(std::int64_t now_ns) {
  if (!next_ns_ || *next_ns_ > now_ns) return false;
  plan(now_ns);
  return true;
}

void Chaos::plan(std::int64_t now_ns) {
  std::exponential_distribution<double> gap_ms(1.0 / static_cast<double>(mean_ms_));
  next_ns_ = now_ns + static_cast<std::int64_t>(gap_ms(engine_) * static_cast<double>(kNsPerMs));
}

}  // namespace hearsay::supervisor
