// TLS and credentials from end to end, with certificates that the test makes.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/tools/cluster/bus_fixture.h"

namespace hearsay::test {
namespace {

class Secured : public BusTest {
 protected:
  void write(const char* name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
  }
  std::string path(const std::string& name) const { return (folder_.path() / name).string(); }

  // A certificate for localhost, signed by an authority of its own: NAME-ca.pem, NAME.pem,
  // NAME.key.
  void make_certificates(const std::string& name) const {
    write("san", "subjectAltName=DNS:localhost\n");
    const std::string at = "cd " + folder_.path().string() + " && openssl ";
    const std::string ca = name + "-ca";
    const std::vector<std::string> steps{
        "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority -keyout " + ca +
            ".key -out " + ca + ".pem",
        "req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout " + name + ".key -out " + name +
            ".csr",
        "x509 -req -days 2 -extfile san -CAcreateserial -in " + name + ".csr -CA " + ca +
            ".pem -CAkey " + ca + ".key -out " + name + ".pem"};
    for (const std::string& step : steps) {
      const Finished made = run_shell(at + step);
      ASSERT_EQ(made.exit_code, 0) << made.output;
    }
  }

  // The server with TLS and keys, as hearsay cluster permissions makes it.
  void start_with_tls() {
    const Finished made =
        hearsay("cluster permissions --nodes n0,n1 --callers c1 --output " + path("keys") +
                " --tls-cert " + path("server.pem") + " --tls-key " + path("server.key"));
    ASSERT_EQ(made.exit_code, 0) << made.output;
    std::ifstream file(path("keys/nats-server.conf"));
    std::string text{std::istreambuf_iterator<char>(file), {}};
    const std::string listen = "listen: \"127.0.0.1:4222\"\n";  // the test's listens elsewhere
    text.erase(text.find(listen), listen.size());
    server_->stop();
    start_server(text, "tls");
  }
  std::string key(const std::string& name) const { return path("keys/" + name + ".nkey"); }
};

TEST_F(Secured, NodesMeetOverTls) {
  if (run_shell("openssl version").exit_code != 0) GTEST_SKIP() << "openssl is not installed";
  make_certificates("server");
  start_with_tls();
  for (const char* name : {"n0", "n1"}) {
    attach(name, {"--tls-ca", path("server-ca.pem"), "--credentials", key(name)});
  }
  const std::string ca = "--tls-ca " + path("server-ca.pem") + " ";
  const Finished up =
      hearsay("cluster up --nodes n0,n1 --credentials " + key("operator") + bus() + ca);
  ASSERT_EQ(up.exit_code, 0) << up.output << words_of_all();
  const std::string call = "call --credentials " + key("c1") + bus() + ca;
  EXPECT_EQ(hearsay(call + R"(n0 '{"type":"broadcast","message":7}')").exit_code, 0);
  EXPECT_TRUE(in_time(kPatience, [&] {
    return hearsay(call + R"(n1 '{"type":"read"}')").output.find("[7]") != std::string::npos;
  }));
}

TEST_F(Secured, TlsThatDoesNotFitIsRefusedWithTheReason) {
  if (run_shell("openssl version").exit_code != 0) GTEST_SKIP() << "openssl is not installed";
  make_certificates("server");
  make_certificates("other");
  start_with_tls();
  const std::string call = R"(call n0 '{"type":"read"}' --credentials )" + key("c1") + " --tls-ca ";
  const Finished other = hearsay(call + path("other-ca.pem") + bus());
  EXPECT_EQ(other.exit_code, 1);
  EXPECT_NE(other.output.find("TLS with tls://localhost"), std::string::npos) << other.output;
  // The certificate is localhost's, not that of an address.
  std::string address = server_->url();
  address.replace(address.find("localhost"), 9, "127.0.0.1");
  const Finished wrong_name = hearsay(call + path("server-ca.pem") + " --bus " + address);
  EXPECT_EQ(wrong_name.exit_code, 1) << wrong_name.output;
  const Finished no_authority = hearsay(call + key("c1") + bus());
  EXPECT_EQ(no_authority.exit_code, 1);
  EXPECT_NE(no_authority.output.find("certificates in"), std::string::npos) << no_authority.output;
  EXPECT_EQ(hearsay(call + "/nonexistent" + bus()).exit_code, 2);
}

TEST_F(Secured, AServerWithoutTlsIsNotTakenForOneWithIt) {
  std::string url = server_->url();
  url.replace(0, 4, "tls");
  const Finished asked = hearsay(R"(call n0 '{"type":"read"}' --bus )" + url);
  EXPECT_EQ(asked.exit_code, 1);
  EXPECT_NE(asked.output.find("does no TLS"), std::string::npos) << asked.output;
}

TEST_F(Secured, ANameAndAPasswordComeFromAFile) {
  server_->stop();
  start_server("authorization { user: \"me\", password: \"a secret\" }\n");
  write("good", "user: me\npassword: a secret\n");
  write("bad", "user: me\npassword: another\n");
  attach("n0", {"--credentials", path("good")});
  up("n0", "--credentials " + path("good"));
  const std::string call = R"(call n0 '{"type":"echo","echo":7}' --as c1)" + bus();
  EXPECT_EQ(hearsay(call + "--credentials " + path("good")).exit_code, 0);
  const Finished bad = hearsay(call + "--credentials " + path("bad"));
  EXPECT_EQ(bad.exit_code, 1);
  EXPECT_NE(bad.output.find("refuses the credentials in"), std::string::npos) << bad.output;
  EXPECT_EQ(bad.output.find("another"), std::string::npos) << bad.output;
}

}  // namespace
}  // namespace hearsay::test
