// Text on its way into HTML.
#pragma once

#include <string>
#include <string_view>

namespace hearsay::page {

// Nothing in it is markup any more, neither between tags nor within quotation marks.
std::string escape_html(std::string_view text);

}  // namespace hearsay::page
