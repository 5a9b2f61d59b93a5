// The only source that knows the library (libnats).
#include "tools/bus/connection.h"

#include <fmt/core.h>
#include <nats/nats.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <memory>
#include <mutex>
#include <random>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "common/base/file_descriptor.h"
#include "common/base/units.h"
#include "tools/bus/credentials.h"
#include "tools/bus/nkey.h"
#include "tools/bus/without_signals.h"

namespace hearsay::bus {
namespace {

constexpr std::int64_t kConnectMs = 2'000;
// A server that takes nothing for so long is taken for gone: a publish must not hang for ever.
constexpr std::int64_t kWriteMs = 5'000;
// One that does not answer three of these is gone too.
constexpr std::int64_t kPingMs = 5'000;
constexpr int kPingsOut = 2;
// What the library keeps by itself while it is away: only what the owner could not know of yet.
constexpr int kReconnectBytes = 65'536;
constexpr std::int64_t kFirstPauseMs = 100;
constexpr std::int64_t kLongestPauseMs = 5'000;
constexpr int kMostDoublings = 6;
// Of one that has no luck with its signature.
constexpr int kMostAttempts = 10;
constexpr std::chrono::seconds kFarewell{2};
constexpr std::size_t kMostEvents = 1'000;

struct FreeOptions {
  void operator()(natsOptions* options) const { natsOptions_Destroy(options); }
};
using Options = std::unique_ptr<natsOptions, FreeOptions>;

struct FreeMessage {
  void operator()(natsMsg* message) const { natsMsg_Destroy(message); }
};
using NatsMessage = std::unique_ptr<natsMsg, FreeMessage>;

std::string text_or_empty(const char* text) {
  return text == nullptr ? "" : text;
}

Message to_message(natsMsg* message) {
  const char* data = natsMsg_GetData(message);
  const auto size = static_cast<std::size_t>(natsMsg_GetDataLength(message));
  return {natsMsg_GetSubject(message), data == nullptr ? "" : std::string(data, size),
          text_or_empty(natsMsg_GetReply(message)), natsMsg_IsNoResponders(message)};
}

// The words of the library's last failure in this thread; where in its sources, "(conn.c:12): ",
// is nothing for people.
std::string last_words(natsStatus status) {
  natsStatus ignored = NATS_OK;
  const std::string words = text_or_empty(nats_GetLastError(&ignored));
  if (words.empty()) return natsStatus_GetText(status);
  const std::size_t place_end = words.starts_with('(') ? words.find("): ") : std::string::npos;
  return place_end == std::string::npos ? words : words.substr(place_end + 3);
}

std::vector<std::string> split_at_commas(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

// "nats://USER:PASSWORD@HOST" without what stands before the '@'.
std::string without_password(const std::string& url) {
  const std::size_t at = url.rfind('@');
  const std::size_t scheme = url.find("://");
  if (at == std::string::npos || scheme == std::string::npos || at < scheme) return url;
  return url.substr(0, scheme + 3) + url.substr(at + 1);
}

std::string server_of(natsConnection* connection) {
  std::array<char, 256> url{};
  static_cast<void>(natsConnection_GetConnectedUrl(connection, url.data(), url.size()));
  return without_password(url.data());
}

// What the library's threads hand over to the owner.
class Inbox {
 public:
  explicit Inbox(QueueLimit limit)
      : messages_(limit),
        bell_(check_syscall(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")) {}

  int fd() const { return bell_.get(); }

  void put(Message message) {
    const std::size_t bytes = message.text.size() + message.subject.size() + sizeof message;
    const std::lock_guard lock(mutex_);
    messages_.push(std::move(message), bytes);
    ring();
  }
  void put(Event event) {
    const std::lock_guard lock(mutex_);
    if (events_.size() < kMostEvents) events_.push_back(std::move(event));
    ring();
  }
  std::optional<Message> take() {
    const std::lock_guard lock(mutex_);
    if (messages_.empty()) {
      quieten();
      return std::nullopt;
    }
    return messages_.take();
  }
  std::optional<Event> take_event() {
    const std::lock_guard lock(mutex_);
    if (events_.empty()) {
      quieten();
      return std::nullopt;
    }
    Event event = std::move(events_.front());
    events_.pop_front();
    return event;
  }
  std::uint64_t dropped() const {
    const std::lock_guard lock(mutex_);
    return messages_.dropped();
  }

  // The library lets go: of a subscription, of the connection.
  void expect_end() {
    const std::lock_guard lock(mutex_);
    ++expected_ends_;
  }
  void note_end() {
    const std::lock_guard lock(mutex_);
    --expected_ends_;
    ended_.notify_all();
  }
  void leave() {
    const std::lock_guard lock(mutex_);
    leaving_ = true;
  }
  bool is_leaving() const {
    const std::lock_guard lock(mutex_);
    return leaving_;
  }
  bool wait_for_ends() {
    std::unique_lock lock(mutex_);
    return ended_.wait_for(lock, kFarewell, [this] { return expected_ends_ <= 0; });
  }

 private:
  void ring() {
    const std::uint64_t one = 1;
    static_cast<void>(!::write(bell_.get(), &one, sizeof one));
  }
  // Under the lock, so that nothing is put in between.
  void quieten() {
    if (!messages_.empty() || !events_.empty()) return;
    std::uint64_t count = 0;
    static_cast<void>(!::read(bell_.get(), &count, sizeof count));
  }

  mutable std::mutex mutex_;
  std::condition_variable ended_;
  BoundedQueue<Message> messages_;
  std::deque<Event> events_;
  FileDescriptor bell_;
  int expected_ends_ = 0;
  bool leaving_ = false;
};

Inbox& inbox_of(void* closure) {
  return *static_cast<Inbox*>(closure);
}

// The library's callbacks; in its threads.
void on_message(natsConnection* /*connection*/, natsSubscription* /*subscription*/,
                natsMsg* message, void* closure) {
  const NatsMessage owned(message);
  inbox_of(closure).put(to_message(message));
}
void on_subscription_end(void* closure) {
  inbox_of(closure).note_end();
}
std::string words_of(natsConnection* connection, natsStatus status) {
  const char* words = nullptr;
  static_cast<void>(natsConnection_GetLastError(connection, &words));
  return words == nullptr || *words == '\0' ? natsStatus_GetText(status) : words;
}
void on_lost(natsConnection* connection, void* closure) {
  if (inbox_of(closure).is_leaving()) return;
  inbox_of(closure).put(Event{Event::Kind::lost, words_of(connection, NATS_CONNECTION_CLOSED)});
}
void on_back(natsConnection* connection, void* closure) {
  inbox_of(closure).put(Event{Event::Kind::back, server_of(connection)});
}
void on_closed(natsConnection* connection, void* closure) {
  Inbox& inbox = inbox_of(closure);
  if (!inbox.is_leaving()) {
    inbox.put(Event{Event::Kind::ended, words_of(connection, NATS_CONNECTION_CLOSED)});
  }
  inbox.note_end();
}
void on_trouble(natsConnection* connection, natsSubscription* /*subscription*/, natsStatus status,
                void* closure) {
  const bool refused = status == NATS_NOT_PERMITTED;
  inbox_of(closure).put(
      Event{refused ? Event::Kind::refused : Event::Kind::trouble, words_of(connection, status)});
}
std::int64_t pause_before_next(natsConnection* /*connection*/, int attempts, void* /*closure*/) {
  const int doublings = std::clamp(attempts, 0, kMostDoublings);
  const std::int64_t most = std::min(kLongestPauseMs, kFirstPauseMs << doublings);
  std::random_device chance;
  return std::uniform_int_distribution<std::int64_t>(most / 2, most)(chance);
}

void check(natsStatus status, const std::string& what) {
  if (status != NATS_OK) throw BusError(fmt::format("{}: {}", what, last_words(status)));
}

// What the library asks for when it connects.
struct Signer {
  Credentials credentials;
  bool unlucky = false;  // the last signature could not be sent
};

// The library frees what these two make. It (3.4.1) sends a signature whose first byte is 0, one of
// 256, as an empty one. Refused as wrong twice, it would give up for good; so such a one is no
// signature, and the next attempt has another.
natsStatus make_signature(char** /*why*/, unsigned char** signature, int* size, const char* drawn,
                          void* closure) {
  auto& signer = *static_cast<Signer*>(closure);
  const std::string made = sign(signer.credentials.seed, drawn);
  signer.unlucky = !made.empty() && made.front() == '\0';
  if (made.empty() || signer.unlucky) return NATS_ERR;
  *signature = static_cast<unsigned char*>(std::malloc(made.size()));
  if (*signature == nullptr) return NATS_NO_MEMORY;
  std::memcpy(*signature, made.data(), made.size());
  *size = static_cast<int>(made.size());
  return NATS_OK;
}
natsStatus copy_jwt(char** jwt, char** /*why*/, void* closure) {
  *jwt = ::strdup(static_cast<const Signer*>(closure)->credentials.jwt.c_str());
  return *jwt == nullptr ? NATS_NO_MEMORY : NATS_OK;
}

// `signer` outlives the connection: that may be made again at any time.
void set_credentials(natsOptions* options, Signer& signer) {
  const Credentials& credentials = signer.credentials;
  natsStatus status = NATS_OK;
  switch (credentials.kind) {
    case Credentials::Kind::none:
      break;
    case Credentials::Kind::nkey:
      status =
          natsOptions_SetNKey(options, credentials.public_key.c_str(), make_signature, &signer);
      break;
    case Credentials::Kind::password:
      status =
          natsOptions_SetUserInfo(options, credentials.user.c_str(), credentials.password.c_str());
      break;
    case Credentials::Kind::jwt:
      status = natsOptions_SetUserCredentialsCallbacks(options, copy_jwt, &signer, make_signature,
                                                       &signer);
      break;
  }
  check(status, "the credentials");
}

void set_tls(natsOptions* options, const ConnectionOptions& wanted) {
  const bool asked = wanted.url.find("tls://") != std::string::npos;
  if (!asked && wanted.ca_file.empty()) return;
  check(natsOptions_SetSecure(options, true), "TLS");
  if (wanted.ca_file.empty()) return;
  check(natsOptions_LoadCATrustedCertificates(options, wanted.ca_file.c_str()),
        "the certificates in " + wanted.ca_file);
}

Options make_options(const ConnectionOptions& wanted, Signer& signer, Inbox& inbox) {
  natsOptions* made = nullptr;
  check(natsOptions_Create(&made), "the NATS library");
  Options options(made);
  const std::vector<std::string> servers = split_at_commas(wanted.url);
  std::vector<const char*> pointers;
  pointers.reserve(servers.size());
  for (const std::string& server : servers) pointers.push_back(server.c_str());
  check(natsOptions_SetServers(made, pointers.data(), static_cast<int>(pointers.size())),
        wanted.url);
  for (const natsStatus status :
       {natsOptions_SetName(made, wanted.name.c_str()), natsOptions_SetNoRandomize(made, true),
        natsOptions_SetTimeout(made, kConnectMs), natsOptions_SetWriteDeadline(made, kWriteMs),
        natsOptions_SetPingInterval(made, kPingMs), natsOptions_SetMaxPingsOut(made, kPingsOut),
        natsOptions_SetSendAsap(made, true), natsOptions_SetMaxReconnect(made, -1),  // for ever
        natsOptions_SetReconnectBufSize(made, kReconnectBytes),
        natsOptions_SetCustomReconnectDelay(made, pause_before_next, nullptr),
        natsOptions_SetCustomInboxPrefix(made, wanted.inbox.c_str()),
        natsOptions_UseGlobalMessageDelivery(made, true),
        natsOptions_SetDisconnectedCB(made, on_lost, &inbox),
        natsOptions_SetReconnectedCB(made, on_back, &inbox),
        natsOptions_SetClosedCB(made, on_closed, &inbox),
        natsOptions_SetErrorHandler(made, on_trouble, &inbox)}) {
    check(status, "an option of the NATS library");
  }
  set_tls(made, wanted);
  set_credentials(made, signer);
  return options;
}

[[noreturn]] void explain(natsStatus status, const ConnectionOptions& wanted) {
  const std::string server = without_password(wanted.url);
  const std::string words = last_words(status);
  switch (status) {
    case NATS_NO_SERVER:
    case NATS_TIMEOUT:
    case NATS_IO_ERROR:
      throw BusError(fmt::format(
          "no NATS server answers at {} ({}). Start one (nats-server), or name another (--bus)",
          server, words));
    case NATS_CONNECTION_AUTH_FAILED:
      throw BusError(fmt::format(
          "the server at {} refuses {} ({}): --credentials names the file of a user that it knows",
          server,
          wanted.credentials_file.empty() ? "somebody without credentials"
                                          : "the credentials in " + wanted.credentials_file,
          words));
    case NATS_SECURE_CONNECTION_REQUIRED:
      throw BusError(
          fmt::format("the server at {} wants TLS: --tls-ca names the certificate that its own is "
                      "signed by",
                      server));
    case NATS_SECURE_CONNECTION_WANTED:
      throw BusError(fmt::format("the server at {} does no TLS, which was asked for", server));
    case NATS_SSL_ERROR:
      throw BusError(fmt::format(
          "TLS with {} fails ({}): is its certificate made for this name, and signed by the one "
          "that --tls-ca names?",
          server, words));
    default:
      throw BusError(fmt::format("can't connect to {}: {}", server, words));
  }
}

}  // namespace

class Connection::Engine {
 public:
  explicit Engine(const ConnectionOptions& wanted)
      : inbox_(std::make_unique<Inbox>(wanted.inbound)),
        signer_{read_credentials(wanted.credentials_file)} {
    const WithoutSignals starts_threads;
    const Options options = make_options(wanted, signer_, *inbox_);
    natsStatus status = NATS_ERR;
    for (int attempt = 0; attempt < kMostAttempts; ++attempt) {
      status = natsConnection_Connect(&connection_, options.get());
      if (status == NATS_OK || !signer_.unlucky) break;
    }
    if (status != NATS_OK) explain(status, wanted);
    inbox_->expect_end();
  }
  ~Engine() {
    inbox_->leave();
    natsConnection_Close(connection_);
    // Its threads may still be at the inbox. If one does not let go, the inbox is left to it.
    if (!inbox_->wait_for_ends()) static_cast<void>(inbox_.release());
    for (natsSubscription* each : subscriptions_) natsSubscription_Destroy(each);
    natsConnection_Destroy(connection_);
  }
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  Inbox& inbox() { return *inbox_; }
  natsConnection* get() { return connection_; }

  void subscribe(const std::string& pattern, const std::string& group) {
    const WithoutSignals may_start_threads;
    natsSubscription* made = nullptr;
    const natsStatus status =
        group.empty() ? natsConnection_Subscribe(&made, connection_, pattern.c_str(), on_message,
                                                 inbox_.get())
                      : natsConnection_QueueSubscribe(&made, connection_, pattern.c_str(),
                                                      group.c_str(), on_message, inbox_.get());
    check(status, "can't subscribe to " + pattern);
    subscriptions_.push_back(made);
    if (natsSubscription_SetOnCompleteCB(made, on_subscription_end, inbox_.get()) == NATS_OK) {
      inbox_->expect_end();
    }
  }

 private:
  std::unique_ptr<Inbox> inbox_;
  Signer signer_;
  natsConnection* connection_ = nullptr;
  std::vector<natsSubscription*> subscriptions_;
};

Connection::Connection(const ConnectionOptions& options)
    : engine_(std::make_unique<Engine>(options)) {}
Connection::~Connection() = default;

int Connection::fd() const {
  return engine_->inbox().fd();
}
std::optional<Message> Connection::take() {
  return engine_->inbox().take();
}
std::optional<Event> Connection::take_event() {
  return engine_->inbox().take_event();
}
std::uint64_t Connection::dropped() const {
  return engine_->inbox().dropped();
}

std::optional<Message> Connection::wait(std::int64_t deadline_ns) {
  while (true) {
    if (std::optional<Message> message = take()) return message;
    const std::int64_t rest_ns = deadline_ns - monotonic_ns();
    if (rest_ns <= 0) return std::nullopt;
    pollfd waited{fd(), POLLIN, 0};
    const auto rest_ms = static_cast<int>(std::min<std::int64_t>(rest_ns / kNsPerMs + 1, 60'000));
    if (::poll(&waited, 1, rest_ms) <= 0) continue;
    if (std::optional<Message> message = take()) return message;
    return std::nullopt;  // an event
  }
}

void Connection::subscribe(const std::string& pattern, const std::string& group) {
  engine_->subscribe(pattern, group);
}

Published Connection::publish(const std::string& subject, std::string_view text,
                              const std::string& reply_to) {
  if (!is_there()) return Published::away;
  if (text.size() > longest_text()) return Published::too_long;
  const auto size = static_cast<int>(text.size());
  const natsStatus status =
      reply_to.empty() ? natsConnection_Publish(engine_->get(), subject.c_str(), text.data(), size)
                       : natsConnection_PublishRequest(engine_->get(), subject.c_str(),
                                                       reply_to.c_str(), text.data(), size);
  return status == NATS_OK ? Published::sent : Published::away;
}

std::optional<Message> Connection::request(const std::string& subject, std::string_view text,
                                           std::int64_t timeout_ms) {
  natsMsg* answer = nullptr;
  const natsStatus status =
      natsConnection_Request(&answer, engine_->get(), subject.c_str(), text.data(),
                             static_cast<int>(text.size()), timeout_ms);
  const NatsMessage owned(answer);
  if (status == NATS_NO_RESPONDERS) return Message{subject, "", "", true};
  if (status != NATS_OK) return std::nullopt;
  return to_message(answer);
}

bool Connection::flush(std::int64_t timeout_ms) {
  return natsConnection_FlushTimeout(engine_->get(), timeout_ms) == NATS_OK;
}

bool Connection::is_there() const {
  return natsConnection_Status(engine_->get()) == NATS_CONN_STATUS_CONNECTED;
}

std::size_t Connection::longest_text() const {
  return static_cast<std::size_t>(natsConnection_GetMaxPayload(engine_->get()));
}

std::string Connection::server() const {
  return server_of(engine_->get());
}

}  // namespace hearsay::bus
