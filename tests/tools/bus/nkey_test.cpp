#include "tools/bus/nkey.h"

#include <gtest/gtest.h>

#include <fstream>
#include <stdexcept>

#include "tests/support/temporary_folder.h"
#include "tools/bus/credentials.h"

namespace hearsay::bus {
namespace {

// The pair of NATS's documentation.
constexpr const char* kSeed = "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY";
constexpr const char* kPublicKey = "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4";

class CredentialsFile : public testing::Test {
 protected:
  std::string write(const std::string& text) const {
    std::ofstream(folder_ / "file") << text;
    return folder_ / "file";
  }
  test::TemporaryFolder folder_;
};

TEST(Nkey, IsSpelledAsNatsSpellsIt) {
  const auto key = user_key_of(kSeed);
  ASSERT_TRUE(key);
  EXPECT_EQ(key->public_key, kPublicKey);
}

TEST(Nkey, OfOnesOwnIsReadAgain) {
  const UserKey key = make_user_key();
  const auto again = user_key_of(key.seed);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->public_key, key.public_key);
  EXPECT_NE(make_user_key().seed, key.seed);
}

TEST(Nkey, ThatIsDamagedIsNone) {
  std::string seed = kSeed;
  seed[20] = seed[20] == 'A' ? 'B' : 'A';
  EXPECT_FALSE(user_key_of(seed));
  EXPECT_FALSE(user_key_of(""));
  EXPECT_FALSE(user_key_of("SU"));
  EXPECT_FALSE(user_key_of(std::string(kSeed) + "A"));
  EXPECT_FALSE(user_key_of(kPublicKey));
}

TEST_F(CredentialsFile, HoldsASeed) {
  const Credentials read = read_credentials(write(std::string("# of n0\n") + kSeed + "\n"));
  EXPECT_EQ(read.kind, Credentials::Kind::nkey);
  EXPECT_EQ(read.public_key, kPublicKey);
}

TEST_F(CredentialsFile, HoldsANameAndAPassword) {
  const Credentials read = read_credentials(write("user: n0\r\npassword:  a b\n"));
  EXPECT_EQ(read.kind, Credentials::Kind::password);
  EXPECT_EQ(read.user, "n0");
  EXPECT_EQ(read.password, "a b");
}

TEST_F(CredentialsFile, ThatHoldsNoneIsRefused) {
  EXPECT_THROW(read_credentials(write("")), std::runtime_error);
  EXPECT_THROW(read_credentials(write("hello\n")), std::runtime_error);
  EXPECT_THROW(read_credentials(write("SUACSSL3\n")), std::runtime_error);
  EXPECT_THROW(read_credentials("/nonexistent"), std::runtime_error);
  EXPECT_EQ(read_credentials("").kind, Credentials::Kind::none);
}

}  // namespace
}  // namespace hearsay::bus
