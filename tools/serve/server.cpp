#include "tools/serve/server.h"

#include <fmt/core.h>
#include <httplib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>

#include "common/base/file_descriptor.h"
#include "tools/serve/list_page.h"
#include "tools/serve/regular_file.h"
#include "tools/serve/runs.h"

namespace hearsay::serve {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostRuns = 500;
// Who connects and says nothing holds a thread for so long; so many can do that at once.
constexpr std::size_t kThreads = 64;
constexpr time_t kPatienceS = 1;
constexpr std::string_view kRuns = "/runs/";
constexpr const char* kHtml = "text/html; charset=utf-8";

bool is_loopback(std::string_view host) {
  const bool numbers = host.find_first_not_of("0123456789.") == std::string_view::npos;
  return host == "localhost" || host == "::1" || host == "[::1]" ||
         (numbers && host.starts_with("127."));
}

// Not the library's own: with SO_REUSEPORT two servers would share a port, and each gets half of
// what is asked.
void set_socket_options(socket_t socket) {
  const int yes = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
}

// A browser's word for whom it asks, without the port.
std::string_view without_port(std::string_view host) {
  const std::size_t colon = host.rfind(':');
  const bool has =
      colon != std::string_view::npos && host.find(']', colon) == std::string_view::npos;
  return has ? host.substr(0, colon) : host;
}

// Only what hearsay makes is taken for more than text.
const char* type_of(const fs::path& file) {
  if (file.filename() == "report.html") return kHtml;
  if (file.extension() == ".svg") return "image/svg+xml";
  if (file.extension() == ".json") return "application/json";
  return "text/plain; charset=utf-8";
}

void refuse(httplib::Response& response, int status, std::string_view what) {
  response.status = status;
  response.set_content(make_error(status, what), kHtml);
}

void send_file(const fs::path& file, httplib::Response& response) {
  const auto opened = std::make_shared<FileDescriptor>(open_regular(file));
  struct stat status {};
  if (!opened->valid() || ::fstat(opened->get(), &status) < 0) {
    refuse(response, 403, "it can't be read");
    return;
  }
  if (status.st_size == 0) {
    response.set_content("", type_of(file));
    return;
  }
  // A picture may hold scripts: they don't run.
  if (file.filename() != "report.html") {
    response.set_header("Content-Security-Policy",
                        "default-src 'none'; style-src 'unsafe-inline'; sandbox");
  }
  response.set_content_provider(
      static_cast<std::size_t>(status.st_size), type_of(file),
      [opened](std::size_t offset, std::size_t length, httplib::DataSink& sink) {
        std::array<char, 65'536> chunk{};
        const ssize_t count = ::pread(opened->get(), chunk.data(), std::min(length, chunk.size()),
                                      static_cast<off_t>(offset));
        // Nothing: a file that became shorter.
        return count > 0 && sink.write(chunk.data(), static_cast<std::size_t>(count));
      });
}

}  // namespace

class Server::Threads {
 public:
  explicit Threads(const ServeOptions& options) : options_(options) {
    server_.set_default_headers({{"X-Content-Type-Options", "nosniff"},
                                 {"Cache-Control", "no-store"},
                                 {"Referrer-Policy", "no-referrer"},
                                 {"X-Frame-Options", "DENY"}});
    server_.set_socket_options(set_socket_options);
    server_.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };  // it owns it
    server_.set_read_timeout(kPatienceS);
    server_.set_keep_alive_timeout(kPatienceS);
    server_.set_pre_routing_handler(
        [this](const httplib::Request& request, httplib::Response& response) {
          const std::string host = request.get_header_value("Host");
          if (is_loopback(options_.host) && !is_loopback(without_port(host))) {
            refuse(response, 403, "ask for it by the address that hearsay serve has named");
          } else if (request.method != "GET" && request.method != "HEAD") {
            response.set_header("Allow", "GET, HEAD");
            refuse(response, 405, "runs are read here, not changed");
          } else {
            return httplib::Server::HandlerResponse::Unhandled;
          }
          return httplib::Server::HandlerResponse::Handled;
        });
    server_.set_error_handler([](const httplib::Request&, httplib::Response& response) {
      if (response.body.empty()) refuse(response, response.status, "there is nothing here");
    });
    server_.Get("/", [this](const httplib::Request&, httplib::Response& response) {
      std::vector<RunEntry> runs = list_runs(options_.store, kMostRuns + 1);
      const bool more = runs.size() > kMostRuns;
      if (more) runs.pop_back();
      response.set_content(make_list(runs, options_.store, more), kHtml);
    });
    server_.Get("/runs/.*", [this](const httplib::Request& request, httplib::Response& response) {
      send_path(request.path.substr(kRuns.size()), response);
    });
  }
  ~Threads() {
    server_.stop();
    if (thread_.joinable()) thread_.join();
  }

  std::string start() {
    errno = 0;
    const int wanted = static_cast<int>(options_.port);
    const bool bound = wanted == 0 ? (port_ = server_.bind_to_any_port(options_.host)) > 0
                                   : server_.bind_to_port(options_.host, wanted);
    if (!bound) {
      return fmt::format("can't listen on {} port {}: {} (--host and --port name another)",
                         options_.host, wanted,
                         errno == 0 ? "no such address" : std::strerror(errno));
    }
    if (wanted != 0) port_ = wanted;
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    return "";
  }
  int port() const { return port_; }

 private:
  void send_path(const std::string& path, httplib::Response& response) const {
    const auto found = find_in_store(options_.store, path);
    std::error_code ignored;
    if (found && fs::is_directory(*found, ignored)) {
      std::string shown = path;
      while (shown.ends_with('/')) shown.pop_back();
      response.set_content(make_folder(shown, list_folder(*found)), kHtml);
    } else if (found && fs::is_regular_file(*found, ignored)) {
      send_file(*found, response);
    } else {
      refuse(response, 404, "there is nothing here");
    }
  }

  const ServeOptions& options_;
  httplib::Server server_;
  std::thread thread_;
  int port_ = 0;
};

Server::Server(ServeOptions options)
    : options_(std::move(options)), threads_(std::make_unique<Threads>(options_)) {}

Server::~Server() = default;

std::string Server::start() {
  return threads_->start();
}

int Server::port() const {
  return threads_->port();
}

std::string Server::address() const {
  const bool numbers_with_colons = options_.host.find(':') != std::string::npos;
  return fmt::format("http://{}{}{}:{}/", numbers_with_colons ? "[" : "", options_.host,
                     numbers_with_colons ? "]" : "", port());
}

}  // namespace hearsay::serve
