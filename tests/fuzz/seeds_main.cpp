// fuzz_seeds FOLDER: writes the seeds of each target into FOLDER/TARGET, and the words that stand
// in them into FOLDER/TARGET.dict, for libFuzzer's -dict.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <set>

#include "tests/fuzz/targets.h"

namespace {

namespace fs = std::filesystem;

// Names and texts: what stands in quotation marks and needs no escape.
void add_words(std::set<std::string>& words, const std::string& seed) {
  constexpr std::size_t kLongest = 32;
  for (auto at = seed.find('"'); at != std::string::npos; at = seed.find('"', at + 1)) {
    const auto end = seed.find_first_not_of("abcdefghijklmnopqrstuvwxyz_-", at + 1);
    if (end == std::string::npos || end == at + 1 || end - at > kLongest) continue;
    words.insert(seed.substr(at + 1, end - at - 1));
  }
}

void write_seeds(const hearsay::fuzz::Target& target, const fs::path& folder) {
  fs::create_directories(folder / target.name);
  std::set<std::string> words;
  std::size_t number = 0;
  for (const std::string& seed : target.seeds()) {
    std::ofstream(folder / target.name / ("seed-" + std::to_string(number++)), std::ios::binary)
        << seed;
    add_words(words, seed);
  }
  std::ofstream dictionary(folder / (std::string(target.name) + ".dict"));
  for (const std::string& word : words) dictionary << "\"\\\"" << word << "\\\"\"\n";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: fuzz_seeds FOLDER\n", stderr);
    return 2;
  }
  for (const hearsay::fuzz::Target& target : hearsay::fuzz::kTargets) write_seeds(target, argv[1]);
  return 0;
}
