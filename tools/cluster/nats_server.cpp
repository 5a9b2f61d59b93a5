#include "tools/cluster/nats_server.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "common/base/clock.h"
#include "common/base/file_descriptor.h"
#include "common/base/units.h"
#include "tools/processes/program.h"

namespace hearsay::cluster {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kStartNs = 10 * kNsPerSecond;
constexpr useconds_t kLookEveryUs = 5'000;
constexpr mode_t kMode = 0644;

// Where it says what it listens on; "": not yet.
std::string listed_url(const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".ports") continue;
    std::ifstream file(entry.path());
    const auto json = nlohmann::json::parse(file, nullptr, false);
    if (json.is_object() && json.contains("nats") && !json["nats"].empty()) {
      return json["nats"][0].get<std::string>();
    }
  }
  return "";
}

std::string text_of(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

std::string find_nats_server() {
  // Debian's stands where only root looks.
  for (const char* name : {"nats-server", "/usr/sbin/nats-server"}) {
    const bench::Program program = bench::find_program(name);
    if (program.problem.empty()) return program.path;
  }
  return "";
}

NatsServer::NatsServer(const fs::path& folder, std::int64_t port) {
  const std::string program = find_nats_server();
  if (program.empty()) {
    throw std::runtime_error(
        "nats-server is not installed (Debian: apt install nats-server); or name a server that "
        "runs: --bus nats://HOST:4222");
  }
  const fs::path configuration = folder / "nats-server.conf";
  const fs::path log = folder / "nats-server.log";
  std::ofstream(configuration) << fmt::format(
      "host: \"127.0.0.1\"\nport: {}\nports_file_dir: \"{}\"\n", port == 0 ? -1 : port,
      folder.string());
  const FileDescriptor output(check_syscall(
      ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, kMode), log.string()));
  process_ = std::make_unique<bench::NodeProcess>(
      bench::NodeCommand{program, {"-c", configuration.string()}}, output.get());
  const std::int64_t deadline_ns = monotonic_ns() + kStartNs;
  while ((url_ = listed_url(folder)).empty()) {
    const std::string ended = try_reap();
    if (!ended.empty() || monotonic_ns() > deadline_ns) {
      throw std::runtime_error(fmt::format(
          "nats-server {}:\n{}", ended.empty() ? "does not listen in time" : ended, text_of(log)));
    }
    ::usleep(kLookEveryUs);
  }
}

NatsServer::~NatsServer() {
  process_->signal_group(SIGTERM);
  const std::int64_t deadline_ns = monotonic_ns() + kNsPerSecond;
  while (try_reap().empty() && monotonic_ns() < deadline_ns) ::usleep(kLookEveryUs);
}

}  // namespace hearsay::cluster
