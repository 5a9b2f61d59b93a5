#include "tools/console/lateness_file.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>
#include <system_error>

#include "common/base/units.h"
#include "common/options/command_line.h"

namespace hearsay::bench {
namespace {

constexpr std::string_view kColumn = "hop_ms";
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr double kLongestHopMs = 3'600'000;
constexpr std::uintmax_t kLongestFileBytes = 1'000'000'000;
constexpr std::size_t kMostHops = 10'000'000;

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  throw BadCommandLine("--lateness",
                       "none, maelstrom, or a CSV file with a column hop_ms; " + path + " " + why);
}

// The field with this number, or nothing.
std::optional<std::string_view> field(std::string_view line, std::size_t number) {
  while (number > 0) {
    const std::size_t comma = line.find(',');
    if (comma == std::string_view::npos) return std::nullopt;
    line.remove_prefix(comma + 1);
    --number;
  }
  line = line.substr(0, line.find(','));
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

std::size_t column_of(const std::string& path, std::string_view header) {
  for (std::size_t number = 0; const auto name = field(header, number); ++number) {
    if (*name == kColumn) return number;
  }
  refuse(path, "has none in its first line");
}

double hop_of(const std::string& path, std::string_view line, std::size_t line_number,
              std::size_t column) {
  const auto text = field(line, column);
  double hop_ms = -1;
  if (text) {
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), hop_ms);
    if (error != std::errc() || end != text->data() + text->size()) hop_ms = -1;
  }
  const bool is_time = hop_ms >= 0 && hop_ms <= kLongestHopMs;  // NaN is not
  if (!is_time) {
    refuse(path, "has no such time in line " + std::to_string(line_number));
  }
  return hop_ms;
}

double asked_for_ms(std::vector<double> hops_ms) {
  const auto hundredth = hops_ms.begin() + static_cast<std::ptrdiff_t>(hops_ms.size() / 100);
  std::nth_element(hops_ms.begin(), hundredth, hops_ms.end());
  return std::ceil(*hundredth);
}

}  // namespace

std::vector<std::int64_t> read_lateness_file(const std::string& path) {
  // No device, and nothing that would have to be waited for.
  if (std::error_code error;
      std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error)) {
    refuse(path, "is no file");
  }
  if (std::error_code error;
      std::filesystem::file_size(path, error) > kLongestFileBytes && !error) {
    refuse(path, "is longer than 1 GB");
  }
  errno = 0;
  std::ifstream file(path);
  std::string line;
  if (!file || !std::getline(file, line)) {
    refuse(path,
           std::string("can't be read: ") + (errno != 0 ? std::strerror(errno) : "it is empty"));
  }
  if (line.starts_with(kByteOrderMark)) line.erase(0, kByteOrderMark.size());
  const std::size_t column = column_of(path, line);
  std::vector<double> hops_ms;
  while (std::getline(file, line)) {
    if (line.empty() || line == "\r") continue;
    if (hops_ms.size() == kMostHops) refuse(path, "has more than 10 million hops");
    hops_ms.push_back(hop_of(path, line, hops_ms.size() + 2, column));
  }
  if (hops_ms.empty()) refuse(path, "has no hops");
  const double asked_ms = asked_for_ms(hops_ms);
  std::vector<std::int64_t> late_ns;
  late_ns.reserve(hops_ms.size());
  for (const double hop_ms : hops_ms) {
    late_ns.push_back(std::llround((hop_ms - asked_ms) * kNsPerMs));
  }
  return late_ns;
}

}  // namespace hearsay::bench
