// Runs gnuplot on a script.
#pragma once

#include <filesystem>
#include <string>

namespace hearsay::bench {

inline constexpr const char* kPlotScriptName = "plots.gp";

// Draws what the script kPlotScriptName in `directory` says, there. Returns "" or, for people, why
// there are no plots. Blocks until gnuplot has ended.
std::string run_gnuplot(const std::filesystem::path& directory);

}  // namespace hearsay::bench
