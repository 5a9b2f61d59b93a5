// Who may do what on a bus with the permissions that hearsay cluster permissions makes.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/tools/cluster/bus_fixture.h"
#include "tools/bus/connection.h"
#include "tools/bus/subjects.h"

namespace hearsay::test {
namespace {

class Strangers : public BusTest {
 protected:
  void SetUp() override {
    BusTest::SetUp();
    if (IsSkipped()) return;
    const Finished made =
        hearsay("cluster permissions --nodes n0,n1 --callers c1,c2 --output " + keys());
    ASSERT_EQ(made.exit_code, 0) << made.output;
    std::ifstream file(keys() + "/nats-server.conf");
    std::string text{std::istreambuf_iterator<char>(file), {}};
    // The test's server listens elsewhere.
    const std::string listen = "listen: \"127.0.0.1:4222\"\n";
    ASSERT_NE(text.find(listen), std::string::npos);
    text.erase(text.find(listen), listen.size());
    server_->stop();
    start_server(text);
    for (const char* name : {"n0", "n1"}) {
      attach(name, {"--credentials", key(name), "--", node("direct.py")});
    }
    up("n0,n1", "--credentials " + key("operator"));
  }

  std::string keys() const { return folder_ / "keys"; }
  std::string key(const std::string& name) const { return keys() + "/" + name + ".nkey"; }
  std::unique_ptr<bus::Connection> connect_as(const std::string& name) const {
    return std::make_unique<bus::Connection>(bus::ConnectionOptions{
        server_->url(), "", key(name), name, bus::Subjects("demo").inbox(name), {}});
  }
  static bool is_refused(bus::Connection& connection) {
    connection.flush(10'000);
    return in_time(kPatience, [&] {
      const auto event = connection.take_event();
      return event && event->kind == bus::Event::Kind::refused;
    });
  }
  Finished call_as(const std::string& caller, const std::string& name,
                   const std::string& body) const {
    return hearsay("call" + bus() + "--credentials " + key(caller) + " " + name + " '" + body +
                   "'");
  }
  const bus::Subjects subjects_{"demo"};
};

TEST_F(Strangers, WithoutAKeyStayOutside) {
  const Finished call = hearsay("call" + bus() + R"(n0 '{"type":"read"}')");
  EXPECT_EQ(call.exit_code, 1);
  EXPECT_NE(call.output.find("refuses somebody without credentials"), std::string::npos)
      << call.output;
  const Finished attach = hearsay("attach --name n0" + bus());
  EXPECT_EQ(attach.exit_code, 1) << attach.output;
}

TEST_F(Strangers, WithAKeyThatTheServerDoesNotKnowStayOutside) {
  const std::string other = folder_ / "other";
  ASSERT_EQ(hearsay("cluster permissions --nodes n0 --output " + other).exit_code, 0);
  const Finished attach = hearsay("attach --name n0 --credentials " + other + "/n0.nkey" + bus());
  EXPECT_EQ(attach.exit_code, 1);
  EXPECT_NE(attach.output.find("refuses the credentials in"), std::string::npos) << attach.output;
}

// Each time the server draws something else to be signed.
TEST_F(Strangers, WithAKeyGetInEachTime) {
  constexpr int kTimes = 1'000;
  for (int i = 0; i < kTimes; ++i) ASSERT_NO_THROW(connect_as("c1")) << i;
}

TEST_F(Strangers, ACallerCallsAndNodesHearEachOther) {
  EXPECT_EQ(call_as("c1", "n0", R"({"type":"broadcast","message":1})").exit_code, 0);
  EXPECT_TRUE(in_time(kPatience, [&] {
    const Finished read = call_as("c2", "n1", R"({"type":"read"})");
    return read.output.find("[1]") != std::string::npos;
  }));
  const Finished status = hearsay("cluster status" + bus() + "--credentials " + key("c1"));
  EXPECT_EQ(status.exit_code, 0) << status.output;
}

TEST_F(Strangers, ACallerCanNotSpeakAsANode) {
  const std::string lie = R"({"src":"n1","dest":"n0","body":{"type":"gossip","values":[66]}})";
  for (const std::string& subject :
       {subjects_.line("n0", "n1"), subjects_.line("n0", "c2"), subjects_.line_by_operator("n0"),
        subjects_.control("n0"), subjects_.presence("n1")}) {
    const auto caller = connect_as("c1");
    caller->publish(subject, lie);
    EXPECT_TRUE(is_refused(*caller)) << subject;
  }
  // Under its own name the server lets it pass, and the node's side does not.
  connect_as("c1")->publish(subjects_.line("n0", "c1"), lie);
  ASSERT_TRUE(in_time(kPatience, [&] {
    const Finished status = hearsay("cluster status --json" + bus() + "--credentials " + key("c1"));
    const auto json = nlohmann::json::parse(status.output);
    return json["nodes"]["n0"]["dropped"].value("stranger", 0) == 1;
  }));
  const Finished read = call_as("c1", "n0", R"({"type":"read"})");
  EXPECT_EQ(nlohmann::json::parse(read.output).at("messages"), nlohmann::json::array());
}

TEST_F(Strangers, ACallerHearsOnlyWhatIsForIt) {
  for (const std::string& pattern :
       {subjects_.lines_to("n0"), subjects_.lines_to("c2"), subjects_.all_lines(),
        subjects_.everything(), std::string(">"), subjects_.inbox("operator") + ".>"}) {
    const auto caller = connect_as("c1");
    caller->subscribe(pattern);
    EXPECT_TRUE(is_refused(*caller)) << pattern;
  }
}

TEST_F(Strangers, ANodesKeyIsNoOtherNodes) {
  const Finished attach =
      hearsay("attach --name n7 --credentials " + key("n0") + bus() + "-- " + node("direct.py"));
  EXPECT_EQ(attach.exit_code, 1);
  EXPECT_NE(attach.output.find("does not let us be n7"), std::string::npos) << attach.output;
  const Finished up =
      hearsay("cluster up --timeout 2 --nodes n0,n1 --credentials " + key("c1") + bus());
  EXPECT_EQ(up.exit_code, 1) << up.output;
}

TEST_F(Strangers, KeysAreSecretAndStay) {
  const auto read = [&] {
    std::ifstream file(key("n0"));
    return std::string{std::istreambuf_iterator<char>(file), {}};
  };
  const std::string before = read();
  EXPECT_EQ(fs::status(key("n0")).permissions() & (fs::perms::group_all | fs::perms::others_all),
            fs::perms::none);
  ASSERT_EQ(hearsay("cluster permissions --nodes n0,n1,n2 --output " + keys()).exit_code, 0);
  EXPECT_EQ(read(), before);
  EXPECT_TRUE(fs::exists(key("n2")));
  EXPECT_EQ(hearsay("cluster permissions --nodes c1 --output " + keys()).exit_code, 2);
  EXPECT_EQ(hearsay("cluster permissions --nodes operator --output " + keys()).exit_code, 2);
}

}  // namespace
}  // namespace hearsay::test
