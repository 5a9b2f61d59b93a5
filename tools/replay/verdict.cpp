#include "tools/replay/verdict.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>

#include "common/base/version.h"
#include "tools/console/command_text.h"
#include "tools/console/count_text.h"
#include "tools/console/exit_codes.h"

namespace hearsay::replay {
namespace {

// Of long texts the surroundings of the place where they part.
constexpr std::size_t kShownBefore = 60;
constexpr std::size_t kShown = 400;

std::string excerpt(const std::string& text, std::size_t parts_at) {
  const std::size_t begin =
      text.size() > kShown && parts_at > kShownBefore ? parts_at - kShownBefore : 0;
  std::string shown;
  if (begin > 0) shown = fmt::format("({} bytes the same) ...", begin);
  shown += text.substr(std::min(begin, text.size()), kShown);
  if (text.size() > begin + kShown) shown += fmt::format("... ({} bytes)", text.size());
  return shown;
}

std::string both_sides(const Difference& difference) {
  const auto& [recorded, replayed] = std::pair(difference.recorded, difference.replayed);
  const auto parts = static_cast<std::size_t>(
      std::mismatch(recorded.begin(), recorded.end(), replayed.begin(), replayed.end()).first -
      recorded.begin());
  return fmt::format("  recorded: {}\n  replayed: {}\n", excerpt(recorded, parts),
                     excerpt(replayed, parts));
}

std::string both_versions(const History& history) {
  if (history.begin.version == version()) return "";
  return fmt::format(
      "Recorded by hearsay {}, replayed by {}: what differs may have been changed on purpose.\n",
      history.begin.version, version());
}

std::string counts(const Player& player) {
  const auto count = [](std::uint64_t number, std::string_view what) {
    return bench::count_text(static_cast<std::int64_t>(number), what);
  };
  return fmt::format("{} of {}, {} of workers", count(player.outputs(), "output"),
                     count(player.history().inputs, "input"), count(player.deaths(), "death"));
}

}  // namespace

std::string describe(const Difference& difference, const History& history) {
  return fmt::format("{} differs at {}\n", history.begin.node, difference.where) +
         both_sides(difference) + both_versions(history);
}

std::string describe_flaws(const History& history) {
  std::string text;
  if (!history.damage.empty()) {
    text += fmt::format("The recording is whole up to byte {} of {}: {}.\n", history.whole_bytes,
                        history.file_bytes, history.damage);
  } else if (!history.stopped.empty()) {
    text += fmt::format("The recording stopped before its node did: {}.\n", history.stopped);
  }
  return text;
}

std::string describe_verdict(const Player& player, const std::string& path) {
  const History& history = player.history();
  std::string text;
  if (player.other_journal()) text += describe(*player.other_journal(), history);
  for (const Difference& each : player.survived()) text += describe(each, history);
  if (player.difference()) {
    text += describe(*player.difference(), history);
    text += fmt::format("To stop there: {} --to {} --gdb\n",
                        bench::as_typed("hearsay replay", {path}), player.difference()->input);
    text += "(Services of a --worker of one's own are not in this program, and differ.)\n";
  } else {
    text += fmt::format(
        "{}: {}: {}{}\n", history.begin.node, counts(player),
        player.is_same() ? "the same, byte for byte" : "otherwise the same, byte for byte",
        history.ended || !describe_flaws(history).empty()
            ? ""
            : " (the recording breaks off: its node was killed, as at the end of a run)");
  }
  if (player.unheard() > 0) {
    const auto unheard = static_cast<std::int64_t>(player.unheard());
    text += fmt::format("{} {} not in the recording.\n", bench::count_text(unheard, "more output"),
                        unheard == 1 ? "is" : "are");
  }
  return text + describe_flaws(history);
}

int exit_code_of(const Player& player) {
  if (!player.is_same()) return bench::kExitInvalid;
  return player.history().damage.empty() ? bench::kExitValid : bench::kExitUnknown;
}

}  // namespace hearsay::replay
