#include "tools/cluster/permissions_command.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "common/base/file_descriptor.h"
#include "tools/bus/credentials.h"
#include "tools/bus/nkey.h"
#include "tools/cluster/permissions.h"
#include "tools/console/tell.h"

namespace hearsay::cluster {
namespace {

namespace fs = std::filesystem;

constexpr const char* kConfiguration = "nats-server.conf";
constexpr mode_t kSecret = 0600;
constexpr mode_t kOpen = 0644;

void write_whole(const fs::path& path, const std::string& text, int flags, mode_t mode) {
  const FileDescriptor file(
      check_syscall(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, mode),
                    "can't write " + path.string()));
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t count = ::write(file.get(), text.data() + done, text.size() - done);
    if (count < 0) throw_errno("can't write " + path.string());
    done += static_cast<std::size_t>(count);
  }
}

// A key that is there already stays: who has it goes on with it.
KeyHolder holder_of(const fs::path& folder, const std::string& name) {
  const fs::path path = folder / (name + ".nkey");
  if (fs::exists(path)) {
    const bus::Credentials credentials = bus::read_credentials(path);
    if (credentials.kind != bus::Credentials::Kind::nkey) {
      throw std::runtime_error(path.string() + " is there and holds no key of a user");
    }
    return {name, credentials.public_key};
  }
  const bus::UserKey key = bus::make_user_key();
  write_whole(path, key.seed + "\n", O_EXCL, kSecret);
  return {name, key.public_key};
}

std::vector<KeyHolder> holders_of(const fs::path& folder, const std::vector<std::string>& names) {
  std::vector<KeyHolder> holders;
  holders.reserve(names.size());
  for (const std::string& name : names) holders.push_back(holder_of(folder, name));
  return holders;
}

// The configuration that is there already; "": none is.
std::string configuration_in(const fs::path& folder) {
  std::error_code ignored;
  const fs::path path = folder / kConfiguration;
  if (!fs::is_regular_file(path, ignored)) return "";
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Those of the configuration that is there already, as far as their keys still are, and the new.
Members all_members(const fs::path& folder, const std::string& before,
                    const ClusterOptions& options) {
  Members all{options.nodes, options.callers};
  std::error_code ignored;
  const Members there = members_in(before);
  const auto has = [](const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  const auto keep = [&](const std::vector<std::string>& names, std::vector<std::string>& kept) {
    for (const std::string& name : names) {
      const bool is_new = has(options.nodes, name) || has(options.callers, name);
      if (!is_new && fs::exists(folder / (name + ".nkey"), ignored)) kept.push_back(name);
    }
  };
  keep(there.nodes, all.nodes);
  keep(there.callers, all.callers);
  return all;
}

std::string absolute(const std::string& path) {
  return path.empty() ? "" : fs::absolute(path).string();
}

std::string with_commas(const std::vector<std::string>& names) {
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ",") + name;
  return all;
}

// How the server is reached from here. "": where everybody looks for it.
std::string bus_option(const ClusterOptions& options) {
  const std::size_t port = options.listen.rfind(':');
  const std::string host = options.listen.substr(0, port);
  const bool is_any = host.empty() || host == "0.0.0.0" || host == "[::]";
  const std::string reached = (is_any ? "127.0.0.1" : host) + options.listen.substr(port);
  const std::string url = (options.tls_certificate.empty() ? "nats://" : "tls://") + reached;
  return url == BusOptions().url ? "" : " --bus " + url;
}

int write_folder(const ClusterOptions& options) {
  const fs::path folder = options.folder;
  fs::create_directories(folder);
  const std::string before = configuration_in(folder);
  const Members members = all_members(folder, before, options);
  const ServerSetup setup{options.bus.cluster,
                          options.listen,
                          absolute(options.tls_certificate),
                          absolute(options.tls_key),
                          holders_of(folder, members.nodes),
                          holders_of(folder, members.callers),
                          holder_of(folder, kOperator)};
  const std::string configuration = make_configuration(setup);
  write_whole(folder / kConfiguration, configuration, O_TRUNC, kOpen);
  if (const std::string changes = what_changes(before, configuration); !changes.empty()) {
    bench::tell(
        "hearsay cluster permissions: {} has other lines now: {}. --listen, --tls-cert and "
        "--tls-key have to be said each time\n",
        (folder / kConfiguration).string(), changes);
  }
  if (!is_loopback(options.listen) && options.tls_certificate.empty()) {
    bench::tell(
        "hearsay cluster permissions: whoever reaches {} can read all of it: --tls-cert and "
        "--tls-key make it TLS\n",
        options.listen);
  }
  const std::string where = folder.string();
  const std::string problem = bench::print(fmt::format(
      "Made: {0}/{1}, and a key for each: NAME.nkey. Each machine needs those of its own nodes.\n"
      "    nats-server -c {0}/{1}\n"
      "    hearsay attach{7} --cluster {2} --name {3} --credentials {0}/{3}.nkey\n"
      "    hearsay cluster up{7} --cluster {2} --nodes {4} --credentials {0}/{5}.nkey\n"
      "    hearsay call{7} --cluster {2} --credentials {0}/{6}.nkey {3} '{{\"type\":\"read\"}}'\n",
      where, kConfiguration, options.bus.cluster, options.nodes.front(), with_commas(members.nodes),
      kOperator, options.callers.front(), bus_option(options)));
  return problem.empty() ? kExitGood : kExitFailed;
}

}  // namespace

int run_permissions(const ClusterOptions& options) {
  try {
    return write_folder(options);
  } catch (const std::exception& error) {
    bench::tell("hearsay cluster permissions: {}\n", error.what());
    return kExitFailed;
  }
}

}  // namespace hearsay::cluster
