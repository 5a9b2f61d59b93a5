// Where the programs are that are measured.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace hearsay::measure {

class Peers {
 public:
  // Looks beside this program.
  Peers();

  // Builds those of others, if this program lies in a build folder. Returns "" or why not.
  std::string build() const;
  // Where that would be.
  std::string build_folder() const { return folder_.parent_path().string(); }
  // A program beside this one.
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  // The same in a command. Throws Unmeasured, with the reason, when it is not there.
  std::vector<std::string> command(const std::string& name) const;
  // A peer in the language of `interpreter`, which is looked for in PATH.
  std::vector<std::string> script(const std::string& interpreter, const std::string& name) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace hearsay::measure
