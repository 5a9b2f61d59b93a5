// Looks through a message's body without a tree of it: bodies are long, and most of their parts
// mean nothing to whoever looks.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

namespace hearsay::bench {

struct BodyVisitor {
  // An array that has nothing but scalars in it, at least one. As they are written, strings with
  // their quotation marks. None: nobody wants arrays, which may be long.
  std::function<void(const std::vector<std::string_view>& elements)> list;
  // A scalar that stands behind a name, at any depth; the name without quotation marks.
  std::function<void(std::string_view name, std::string_view scalar)> member;
};

// `body` is valid JSON.
void scan_body(std::string_view body, const BodyVisitor& visitor);

}  // namespace hearsay::bench
