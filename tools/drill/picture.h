// A drill as one HTML file that needs neither server nor network: outages over time and their
// distribution as SVG, and the table. A pure function.
//
// What nodes wrote stands in it as text; nothing of it becomes HTML.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace hearsay::drill {

// Of more strikes than this an even choice is drawn.
inline constexpr std::size_t kMostDrawn = 20'000;

// `results`: judged. `table`: of make_table().
std::string make_picture(const nlohmann::json& results, std::string_view table);

}  // namespace hearsay::drill
