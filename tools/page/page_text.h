// The page before a run is put into it: made at build time of page.html, page.css and js/.
#pragma once

#include <string_view>

namespace hearsay::page {

// Has the words @REPORT@, @VERSION@ and @DATA@ in it, once each, in this order of places.
extern const std::string_view kPageText;

}  // namespace hearsay::page
