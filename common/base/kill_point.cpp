#include "common/base/kill_point.h"

#ifdef HEARSAY_KILL_POINTS

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace hearsay {
namespace {

std::uint64_t current_generation = 0;
std::vector<std::source_location> passed;
std::uint64_t fatal = 0;  // 0: never

std::uint64_t fatal_count_of(std::uint64_t generation) {
  const char* text = std::getenv("HEARSAY_KILL_AT");
  while (text != nullptr && *text != '\0') {
    char* rest = nullptr;
    const std::uint64_t candidate = std::strtoull(text, &rest, 10);
    if (*rest != ':') return 0;
    const std::uint64_t count = std::strtoull(rest + 1, &rest, 10);
    if (candidate == generation) return count;
    text = *rest == ',' ? rest + 1 : rest;
  }
  return 0;
}

}  // namespace

void kill_points_begin(std::uint64_t generation) {
  current_generation = generation;
  fatal = fatal_count_of(generation);
}

void kill_point(std::source_location place) {
  passed.push_back(place);
  if (passed.size() != fatal) return;
  kill_points_end();
  std::raise(SIGKILL);
}

void kill_points_end() {
  const char* path = std::getenv("HEARSAY_KILL_POINTS_FILE");
  if (path == nullptr) return;
  if (std::FILE* file = std::fopen(path, "a")) {
    unsigned long long count = 0;
    for (const std::source_location& place : passed) {
      std::fprintf(file, "%llu %llu %s:%u\n", static_cast<unsigned long long>(current_generation),
                   ++count, place.file_name(), static_cast<unsigned>(place.line()));
    }
    std::fclose(file);
  }
}

}  // namespace hearsay

#endif
