#include "tools/bus/credentials.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string_view>

#include "tools/bus/nkey.h"

namespace hearsay::bus {
namespace {

std::string_view without_blanks(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

// What stands behind "NAME:"; "": the line is another.
std::string value_of(std::string_view line, std::string_view name) {
  if (!line.starts_with(name)) return "";
  return std::string(without_blanks(line.substr(name.size())));
}

void take_line(std::string_view line, const std::string& path, Credentials& credentials) {
  using Kind = Credentials::Kind;
  if (line.starts_with("SU")) {
    const auto key = user_key_of(line);
    if (!key) throw std::runtime_error(path + ": the seed in it is damaged; write it anew");
    if (credentials.kind == Kind::none) credentials.kind = Kind::nkey;
    credentials.seed = key->seed;
    credentials.public_key = key->public_key;
  } else if (line.starts_with("eyJ")) {  // as every JWT
    credentials.kind = Kind::jwt;
    credentials.jwt = line;
  } else if (const std::string user = value_of(line, "user:"); !user.empty()) {
    credentials.kind = Kind::password;
    credentials.user = user;
  } else if (const std::string password = value_of(line, "password:"); !password.empty()) {
    credentials.password = password;
  }
}

}  // namespace

Credentials read_credentials(const std::string& path) {
  Credentials credentials;
  if (path.empty()) return credentials;
  errno = 0;
  std::ifstream file(path);
  if (!file) throw std::runtime_error("can't read " + path + ": " + std::strerror(errno));
  for (std::string line; std::getline(file, line);) {
    take_line(without_blanks(line), path, credentials);
  }
  if (credentials.kind == Credentials::Kind::none) {
    throw std::runtime_error(
        path +
        " holds no credentials: neither the seed of an nkey (SU...), nor lines "
        "\"user: NAME\" and \"password: SECRET\", nor a user's JWT");
  }
  return credentials;
}

}  // namespace hearsay::bus
