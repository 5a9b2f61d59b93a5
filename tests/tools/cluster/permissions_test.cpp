#include "tools/cluster/permissions.h"

#include <gtest/gtest.h>

#include <string>

namespace hearsay::cluster {
namespace {

ServerSetup small_setup() {
  return {"demo",          "127.0.0.1:4222",   "", "", {{"n0", "UN0"}, {"n1", "UN1"}},
          {{"c1", "UC1"}}, {"operator", "UOP"}};
}

// From the line with its key to the one that ends it.
std::string part_of(const std::string& text, const std::string& key) {
  const std::size_t begin = text.find(key);
  return begin == std::string::npos ? "" : text.substr(begin, text.find("} }\n", begin) - begin);
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(Permissions, ANodeSpeaksInItsOwnNameOnly) {
  const std::string n0 = part_of(make_configuration(small_setup()), "UN0");
  EXPECT_TRUE(has(n0, "\"hearsay.demo.*.in.n0\"")) << n0;
  EXPECT_FALSE(has(n0, "n1")) << n0;
  EXPECT_FALSE(has(n0, "c1")) << n0;
  EXPECT_FALSE(has(n0, ".in.>")) << n0;
  EXPECT_FALSE(has(n0, "hearsay.demo.>")) << n0;
}

TEST(Permissions, ACallerIsNoNode) {
  const std::string c1 = part_of(make_configuration(small_setup()), "UC1");
  EXPECT_TRUE(has(c1, "\"hearsay.demo.*.in.c1\"")) << c1;
  EXPECT_FALSE(has(c1, ".in\"")) << c1;  // the operator's
  EXPECT_FALSE(has(c1, "control")) << c1;
  EXPECT_FALSE(has(c1, "allow_responses")) << c1;
}

TEST(Permissions, TheClusterHasAnAccountOfItsOwn) {
  const std::string text = make_configuration(small_setup());
  EXPECT_TRUE(has(text, "accounts {\n  demo {")) << text;
  EXPECT_TRUE(has(text, "listen: \"127.0.0.1:4222\"")) << text;
  EXPECT_FALSE(has(text, "tls")) << text;
}

TEST(Permissions, AConfigurationTellsWhoItIsFor) {
  const Members members = members_in(make_configuration(small_setup()));
  EXPECT_EQ(members.nodes, (std::vector<std::string>{"n0", "n1"}));
  EXPECT_EQ(members.callers, (std::vector<std::string>{"c1"}));
  EXPECT_TRUE(members_in("").nodes.empty());
}

TEST(Permissions, WhatIsAnotherThanBeforeIsTold) {
  ServerSetup before = small_setup();
  const std::string plain = make_configuration(before);
  EXPECT_EQ(what_changes("", plain), "");
  EXPECT_EQ(what_changes(plain, plain), "");
  before.listen = "0.0.0.0:4999";
  before.tls_certificate = "/x/cert.pem";
  before.tls_key = "/x/key.pem";
  EXPECT_EQ(what_changes(make_configuration(before), plain),
            "listen: \"0.0.0.0:4999\" is listen: \"127.0.0.1:4222\"; "
            "tls { cert_file: \"/x/cert.pem\", key_file: \"/x/key.pem\" } is gone");
  EXPECT_EQ(what_changes(plain, make_configuration(before)),
            "listen: \"127.0.0.1:4222\" is listen: \"0.0.0.0:4999\"");
}

TEST(Permissions, TlsIsThereIfAskedFor) {
  ServerSetup setup = small_setup();
  setup.tls_certificate = "/x/cert.pem";
  setup.tls_key = "/x/key.pem";
  const std::string text = make_configuration(setup);
  EXPECT_TRUE(has(text, "cert_file: \"/x/cert.pem\"")) << text;
  EXPECT_TRUE(has(text, "key_file: \"/x/key.pem\"")) << text;
}

TEST(Permissions, LoopbackIsTold) {
  for (const char* listen : {"127.0.0.1:4222", "localhost:1", "[::1]:4222", "127.9.9.9:1"}) {
    EXPECT_TRUE(is_loopback(listen)) << listen;
  }
  for (const char* listen : {"0.0.0.0:4222", "10.0.0.1:4222", ":4222", "[::]:4222"}) {
    EXPECT_FALSE(is_loopback(listen)) << listen;
  }
}

}  // namespace
}  // namespace hearsay::cluster
