// How a replay ended, in words.
#pragma once

#include <string>

#include "tools/replay/player.h"

namespace hearsay::replay {

// "n1 differs at input 57 ...", with both sides from shortly before they part.
std::string describe(const Difference& difference, const History& history);

// What the recording itself lacks: it was cut off, is damaged, stopped early; or another version
// wrote it. Empty, or lines.
std::string describe_flaws(const History& history);

// Of a replay that went to its end or was stopped.
std::string describe_verdict(const Player& player, const std::string& path);
int exit_code_of(const Player& player);

}  // namespace hearsay::replay
