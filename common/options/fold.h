// Text for a terminal. A pure function.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hearsay {

// Breaks lines that are longer than `columns` at blanks. What goes on stands below what it belongs
// to: behind the gap of two blanks or more that a list of options has, else where its line begins.
// A word that fits no line is not broken. ASCII.
std::string fold(std::string_view text, std::size_t columns);

}  // namespace hearsay
