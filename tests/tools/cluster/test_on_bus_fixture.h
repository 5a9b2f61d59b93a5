// hearsay test --bus, as people run it, over three attached nodes and a real nats-server.
#pragma once

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/tools/cluster/bus_fixture.h"

namespace hearsay::test {

inline const std::vector<std::string> kNodes = {"n0", "n1", "n2"};
inline const std::string kShort = "--time-limit 2 --recovery 0.5";
inline const std::string kLonger = "--time-limit 5 --recovery 2";  // for some faults

class TestOnBus : public BusTest {
 protected:
  void attach_all(const std::vector<std::string>& more = {}) {
    for (const std::string& name : kNodes) attach(name, more);
    for (const std::string& name : kNodes) ASSERT_TRUE(comes_to_be(name, "waiting")) << name;
  }
  void attach_faulty(const char* fault) { attach_all({"--", node("faulty.py"), fault}); }

  std::string command(const std::string& arguments, const std::string& times = kShort) const {
    return "test --rate 20 " + times + " --store " + store() + " " + arguments;
  }
  Finished run(const std::string& arguments, const std::string& times = kShort) const {
    return hearsay(command(bus() + arguments, times));
  }
  std::string store() const { return (folder_.path() / "store").string(); }
  nlohmann::json results() const {
    std::ifstream file(store() + "/latest/results.json");
    return nlohmann::json::parse(file, nullptr, false);
  }
  std::string page() const {
    std::ifstream file(store() + "/latest/report.html");
    return {std::istreambuf_iterator<char>(file), {}};
  }
};

}  // namespace hearsay::test
