// The challenges of Gossip Glomers (https://fly.io/dist-sys/): what each runs, and what it asks
// for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hearsay::bench {

// A figure of results.json that has to be below something.
struct Limit {
  std::string_view figure;  // "messages-per-op", "stable-latency-median", "stable-latency-maximum"
  double below;
};

struct Challenge {
  std::string_view name;  // "3d"
  std::string_view title;
  std::vector<std::string> flags;          // of `hearsay test`: what Maelstrom is given
  std::vector<std::string> own_arguments;  // what our node gets unless somebody says otherwise
  std::vector<Limit> limits;               // beside a valid run
};

// In their order.
const std::vector<Challenge>& challenges();
std::vector<std::string> challenge_names();
// Null: there is none of this name.
const Challenge* find_challenge(std::string_view name);

// Puts the flags of the challenge that "--challenge NAME" names behind it.
void spell_out_challenge(std::vector<std::string>& arguments);
// What is wrong with a command line whose challenge was spelled out: a flag that "was given twice"
// was given beside the challenge.
std::string in_words_of_challenge(const std::string& problem,
                                  const std::vector<std::string>& arguments);
// "--challenge 3a stands for -w broadcast ..."; "" where there is none.
std::string meaning_of_challenge(const std::vector<std::string>& arguments);

}  // namespace hearsay::bench
