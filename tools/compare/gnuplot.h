// Runs gnuplot on a script.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace hearsay::compare {

inline constexpr const char* kPlotScriptName = "plots.gp";

// Draws what the script kPlotScriptName in `directory` says, there. Returns "" or, for people, why
// there are no plots. Blocks until gnuplot has ended.
std::string run_gnuplot(const std::filesystem::path& directory);

// A text as scripts take it: in single quotes gnuplot reads everything as it is, but for the quote
// itself. Line ends become spaces.
std::string in_gnuplot_quotes(std::string_view text);

}  // namespace hearsay::compare
