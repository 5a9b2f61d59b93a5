#include "tools/bus/nkey.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <cstdint>
#include <memory>
#include <stdexcept>

namespace hearsay::bus {
namespace {

using Bytes = std::basic_string<unsigned char>;
using EvpKey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kSignatureBytes = 64;
// Before a seed's key, and behind it.
constexpr std::size_t kLetterBytes = 2;
constexpr std::size_t kCheckSumBytes = 2;
// NATS's first letters, five bits each.
constexpr unsigned kSeedLetter = 18U << 3U;  // 'S'
constexpr unsigned kUserLetter = 20U << 3U;  // 'U'
constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

// The check sum of XMODEM, as nkeys have it.
unsigned crc16(const Bytes& bytes) {
  unsigned crc = 0;
  for (const unsigned char byte : bytes) {
    crc ^= static_cast<unsigned>(byte) << 8U;
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc & 0x8000U) != 0 ? (crc << 1U) ^ 0x1021U : crc << 1U;
    }
    crc &= 0xFFFFU;
  }
  return crc;
}

std::string to_base32(const Bytes& bytes) {
  std::string text;
  unsigned kept = 0;
  int bits = 0;
  for (const unsigned char byte : bytes) {
    kept = (kept << 8U | byte) & 0xFFFFU;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text.push_back(kBase32[kept >> static_cast<unsigned>(bits) & 31U]);
    }
  }
  if (bits > 0) text.push_back(kBase32[kept << static_cast<unsigned>(5 - bits) & 31U]);
  return text;
}

std::optional<Bytes> from_base32(std::string_view text) {
  Bytes bytes;
  unsigned kept = 0;
  int bits = 0;
  for (const char letter : text) {
    const std::size_t value = kBase32.find(letter);
    if (value == std::string_view::npos) return std::nullopt;
    kept = (kept << 5U | static_cast<unsigned>(value)) & 0xFFFFU;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push_back(static_cast<unsigned char>(kept >> static_cast<unsigned>(bits) & 0xFFU));
  }
  return bytes;
}

std::string with_check_sum(Bytes bytes) {
  const unsigned crc = crc16(bytes);
  bytes.push_back(static_cast<unsigned char>(crc & 0xFFU));
  bytes.push_back(static_cast<unsigned char>(crc >> 8U));
  return to_base32(bytes);
}

EvpKey private_key(const Bytes& secret) {
  return {EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, secret.data(), secret.size()),
          &EVP_PKEY_free};
}

UserKey spell(const Bytes& secret) {
  const EvpKey key = private_key(secret);
  std::array<unsigned char, kKeyBytes> open{};
  std::size_t size = open.size();
  if (key == nullptr || EVP_PKEY_get_raw_public_key(key.get(), open.data(), &size) != 1) {
    throw std::runtime_error("the SSL library makes no Ed25519 key");
  }
  const Bytes seed_letters = {static_cast<unsigned char>(kSeedLetter | kUserLetter >> 5U),
                              static_cast<unsigned char>((kUserLetter & 31U) << 3U)};
  const Bytes user_letter = {static_cast<unsigned char>(kUserLetter)};
  return {with_check_sum(seed_letters + secret),
          with_check_sum(user_letter + Bytes(open.data(), size))};
}

// Nothing: it is no seed.
std::optional<Bytes> secret_of(std::string_view seed) {
  const std::optional<Bytes> bytes = from_base32(seed);
  if (!bytes || bytes->size() != kLetterBytes + kKeyBytes + kCheckSumBytes) return std::nullopt;
  return bytes->substr(kLetterBytes, kKeyBytes);
}

}  // namespace

UserKey make_user_key() {
  Bytes secret(kKeyBytes, 0);
  if (RAND_bytes(secret.data(), static_cast<int>(secret.size())) != 1) {
    throw std::runtime_error("the SSL library has no random bytes");
  }
  return spell(secret);
}

std::optional<UserKey> user_key_of(std::string_view seed) {
  const std::optional<Bytes> secret = secret_of(seed);
  if (!secret) return std::nullopt;
  UserKey key = spell(*secret);
  // Another kind of key, or one that was mistyped, is spelled otherwise.
  if (key.seed != seed) return std::nullopt;
  return key;
}

std::string sign(std::string_view seed, std::string_view text) {
  const std::optional<Bytes> secret = secret_of(seed);
  if (!secret) return "";
  const EvpKey key = private_key(*secret);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
  const Bytes bytes(text.begin(), text.end());
  Bytes signature(kSignatureBytes, 0);
  std::size_t size = signature.size();
  if (EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), signature.data(), &size, bytes.data(), bytes.size()) != 1) {
    return "";
  }
  return {signature.begin(), signature.end()};
}

}  // namespace hearsay::bus
