// Small programs of which is known what C++ lets happen: they test the explorer.
#pragma once

#include <memory>
#include <string>

#include "tests/interleave/program.h"

namespace hearsay::interleave {

// By the names in litmus.cpp.
std::unique_ptr<Program> make_litmus(const std::string& name);

}  // namespace hearsay::interleave
