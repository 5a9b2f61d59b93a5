#include "tools/console/number_range.h"

#include <fmt/core.h>

#include <cstdlib>
#include <string>

namespace hearsay::bench {

CLI::Validator between(double least, double most) {
  return {[=](const std::string& text) {
            char* rest = nullptr;
            const double number = std::strtod(text.c_str(), &rest);
            const bool good = !text.empty() && *rest == '\0' && number >= least && number <= most;
            return good ? std::string()
                        : fmt::format("a number from {} to {}, not \"{}\"", least, most, text);
          },
          {}};
}

}  // namespace hearsay::bench
