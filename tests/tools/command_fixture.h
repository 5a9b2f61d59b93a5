// Runs the command `hearsay test` as people do, on the small Python nodes or others.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

namespace hearsay::test {

namespace fs = std::filesystem;

struct Finished {
  int exit_code = -1;
  std::string output;  // stdout and stderr
};

inline Finished run_shell(const std::string& command) {
  Finished finished;
  std::FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  std::array<char, 4096> chunk{};
  while (const std::size_t count = std::fread(chunk.data(), 1, chunk.size(), pipe)) {
    finished.output.append(chunk.data(), count);
  }
  const int status = ::pclose(pipe);
  finished.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return finished;
}

class CommandTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = fs::temp_directory_path() / "hearsay-command-test-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    store_ = pattern;
    ::setenv("PYTHONDONTWRITEBYTECODE", "1", 1);
  }
  void TearDown() override { fs::remove_all(store_); }

  std::string command(const std::string& arguments) const {
    return std::string(HEARSAY_COMMAND) + " test --no-page --store " + store_.string() + " " +
           arguments;
  }
  // `node`: a file of tests/tools/nodes.
  Finished run(const std::string& node, const std::string& arguments) const {
    return run_shell(
        command("--bin " + std::string(HEARSAY_TEST_NODES) + "/" + node + " " + arguments));
  }
  Finished run_faulty(const std::string& workload, const std::string& fault,
                      const std::string& arguments = "") const {
    return run("faulty.py", "-w " + workload + " --node-count 3 --rate 20 --time-limit 2 " +
                                "--recovery 0.5 " + arguments + " -- " + fault);
  }
  // A file of the last run.
  std::string read(const char* name) const {
    std::ifstream file(store_ / "latest" / name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  nlohmann::json results() const {
    std::ifstream file(store_ / "latest" / "results.json");
    return nlohmann::json::parse(file);
  }

  fs::path store_;
};

}  // namespace hearsay::test
