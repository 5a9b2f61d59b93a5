// What the server says itself, as HTML. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/serve/runs.h"

namespace hearsay::serve {

// All runs in a table. `more`: there are others, which are older.
std::string make_list(const std::vector<RunEntry>& runs, const std::string& store, bool more);

// A folder: the names in it (folders with a slash at their end).
std::string make_folder(std::string_view path, const std::vector<std::string>& names);

std::string make_error(int status, std::string_view what);

// As a part of an address: all but letters, digits and -_.~/ is %XX.
std::string escape_address(std::string_view path);

}  // namespace hearsay::serve
