// A NATS server of the test's own on loopback, nodes attached to it, and the commands as people run
// them. Skips where nats-server is not installed.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/node_runner.h"
#include "tests/support/processes.h"
#include "tests/support/temporary_folder.h"
#include "tests/tools/command_fixture.h"
#include "tools/cluster/nats_server.h"

namespace hearsay::test {

// Its port stays the same when it is started again.
class TestServer {
 public:
  // `configuration`: beside where it listens.
  TestServer(fs::path folder, std::string configuration, std::string scheme)
      : folder_(std::move(folder)),
        configuration_(std::move(configuration)),
        scheme_(std::move(scheme)) {}

  void start() {
    for (const auto& old : find_ports_files()) fs::remove(old);
    const fs::path file = folder_ / "server.conf";
    std::ofstream(file) << "host: \"127.0.0.1\"\nport: " << port_ << "\nports_file_dir: \""
                        << folder_.string() << "\"\n"
                        << configuration_;
    process_ =
        std::make_unique<NodeRunner>(NodeSetup{cluster::find_nats_server(), {"-c", file.string()}});
    ASSERT_TRUE(in_time(kPatience, [this] { return is_listed(); })) << process_->stderr_text();
  }
  void stop() {
    process_->signal(SIGTERM);
    ASSERT_TRUE(process_->wait());
    process_.reset();
  }
  void signal(int number) { process_->signal(number); }
  std::string words() const { return process_->stderr_text(); }

  std::string url() const { return scheme_ + "://localhost:" + std::to_string(port_); }

 private:
  std::vector<fs::path> find_ports_files() const {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder_)) {
      if (entry.path().extension() == ".ports") files.push_back(entry.path());
    }
    return files;
  }
  bool is_listed() {
    for (const auto& path : find_ports_files()) {
      std::ifstream file(path);
      const auto json = nlohmann::json::parse(file, nullptr, false);
      const auto urls = json.is_object() ? json.value("nats", nlohmann::json()) : nlohmann::json();
      // With TLS the list has other names.
      const auto tls = json.is_object() ? json.value("tls", nlohmann::json()) : nlohmann::json();
      for (const auto& list : {urls, tls}) {
        if (!list.is_array() || list.empty()) continue;
        const std::string url = list[0].get<std::string>();
        port_ = std::stoi(url.substr(url.rfind(':') + 1));
        return true;
      }
    }
    return false;
  }

  fs::path folder_;
  std::string configuration_;
  std::string scheme_;
  std::unique_ptr<NodeRunner> process_;
  int port_ = -1;
};

class BusTest : public testing::Test {
 protected:
  void SetUp() override {
    if (cluster::find_nats_server().empty()) {
      GTEST_SKIP() << "nats-server is not installed (Debian: apt install nats-server)";
    }
    ::setenv("PYTHONDONTWRITEBYTECODE", "1", 1);
    start_server("");
  }

  void start_server(const std::string& configuration, const std::string& scheme = "nats") {
    server_ = std::make_unique<TestServer>(folder_.path(), configuration, scheme);
    server_->start();
  }

  std::string bus() const { return " --bus " + server_->url() + " "; }
  static std::string node(const char* file) { return std::string(HEARSAY_TEST_NODES) + "/" + file; }

  Finished hearsay(const std::string& arguments) const {
    return run_shell(std::string(HEARSAY_COMMAND) + " " + arguments);
  }

  // Its process is kept until the test's end; one of that name before is ended.
  NodeRunner& attach(const std::string& name, const std::vector<std::string>& more = {}) {
    attached_.erase(name);
    std::vector<std::string> words = {"attach", "--bus", server_->url(), "--name", name};
    words.insert(words.end(), more.begin(), more.end());
    attached_[name] = std::make_unique<NodeRunner>(NodeSetup{HEARSAY_COMMAND, words});
    return *attached_[name];
  }
  NodeRunner& attached(const std::string& name) { return *attached_.at(name); }
  void detach(const std::string& name) { attached_.erase(name); }

  void up(const std::string& nodes, const std::string& more = "") const {
    const Finished finished = hearsay("cluster up" + bus() + "--nodes " + nodes + " " + more);
    ASSERT_EQ(finished.exit_code, 0) << finished.output << words_of_all();
  }
  // What those that are attached have said.
  std::string words_of_all() const {
    std::string words;
    for (const auto& [name, runner] : attached_) words += name + ": " + runner->stderr_text();
    return words;
  }

  // The body of the answer; null if there is none.
  nlohmann::json call(const std::string& name, const nlohmann::json& body) const {
    const Finished finished = hearsay("call" + bus() + name + " '" + body.dump() + "'");
    return nlohmann::json::parse(finished.output, nullptr, false);
  }
  bool acknowledges(const std::string& name, int value) const {
    const auto answer = call(name, {{"type", "broadcast"}, {"message", value}});
    return answer.is_object() && answer.value("type", "") == "broadcast_ok";
  }
  // Whether all of them come to have all of these.
  bool meet(const std::vector<std::string>& names, const std::set<int>& values) const {
    return in_time(kPatience, [&] {
      return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
        const auto answer = call(name, {{"type", "read"}});
        return answer.is_object() && answer.contains("messages") &&
               answer["messages"].get<std::set<int>>() == values;
      });
    });
  }

  nlohmann::json status() const {
    const Finished finished = hearsay("cluster status --json" + bus());
    return nlohmann::json::parse(finished.output, nullptr, false);
  }
  // What a node says of itself; null if it is not there.
  nlohmann::json presence(const std::string& name) const {
    const nlohmann::json all = status();
    if (!all.is_object() || !all["nodes"].contains(name)) return nullptr;
    return all["nodes"][name];
  }
  std::uint64_t dropped(const std::string& name, const std::string& kind) const {
    const nlohmann::json self = presence(name);
    return self.is_object() ? self["dropped"].value(kind, std::uint64_t{0}) : 0;
  }
  bool comes_to_be(const std::string& name, const std::string& state) const {
    return in_time(kPatience, [&] {
      const auto self = presence(name);
      return self.is_object() && self["state"] == state;
    });
  }

  TemporaryFolder folder_;
  std::unique_ptr<TestServer> server_;
  std::map<std::string, std::unique_ptr<NodeRunner>> attached_;
};

}  // namespace hearsay::test
