#include "tools/cluster/call_command.h"

#include <fmt/core.h>

#include <algorithm>
#include <exception>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <string>

#include "common/base/clock.h"
#include "common/base/units.h"
#include "tools/bus/subjects.h"
#include "tools/cluster/json_text.h"
#include "tools/console/progress_times.h"
#include "tools/console/tell.h"

namespace hearsay::cluster {
namespace {

// Several may call under one name, so a number that the others hardly have; whole in a double.
std::int64_t make_message_id() {
  constexpr std::int64_t kLargest = (std::int64_t{1} << 53U) - 1;
  std::random_device chance;
  return std::uniform_int_distribution<std::int64_t>(1, kLargest)(chance);
}

double in_seconds(std::int64_t ns) {
  return static_cast<double>(ns) / static_cast<double>(kNsPerSecond);
}

class Call {
 public:
  explicit Call(const CallOptions& options)
      : options_(options),
        subjects_(options.bus.cluster),
        bus_(connection_options(options.bus, options.caller)),
        id_(make_message_id()) {}

  int run() {
    bus_.subscribe(subjects_.lines_to(options_.caller));
    nlohmann::json body = nlohmann::json::parse(options_.body);
    body["msg_id"] = id_;
    const nlohmann::json line = {{"src", options_.caller}, {"dest", options_.node}, {"body", body}};
    // Where it is said that nobody listens.
    const std::string back = subjects_.line(options_.caller, options_.caller);
    if (bus_.publish(subjects_.line(options_.node, options_.caller), line.dump(), back) ==
        bus::Published::too_long) {
      return fail(fmt::format("the body is longer than the server takes ({} bytes, max_payload)",
                              bus_.longest_text()));
    }
    const Outcome outcome = wait_for_answer();
    return outcome.failure.empty() ? show(outcome.answer) : fail(outcome.failure);
  }

 private:
  struct Outcome {
    std::string answer;   // the line
    std::string failure;  // why there is none, in words for people; "": there is one
  };

  Outcome wait_for_answer() {
    const std::int64_t start_ns = monotonic_ns();
    const std::int64_t deadline_ns = start_ns + options_.timeout_ms * kNsPerMs;
    bench::ProgressLine line(start_ns + bench::kFirstShownNs);
    for (std::int64_t now_ns = start_ns; now_ns < deadline_ns; now_ns = monotonic_ns()) {
      if (line.is_due(now_ns)) {
        line.show(now_ns,
                  fmt::format("waiting for an answer from {}, {:.1f} of {:.1f} s", options_.node,
                              in_seconds(now_ns - start_ns), in_seconds(deadline_ns - start_ns)));
      }
      const auto message = bus_.wait(std::min(deadline_ns, now_ns + bench::kShownEveryNs));
      if (message && message->nobody_is) {
        return {"", fmt::format("nobody has attached {} in cluster {} (hearsay cluster status)",
                                options_.node, options_.bus.cluster)};
      }
      if (message && is_answer(*message)) return {message->text, ""};
      if (const auto refusal = take_refusal()) return {"", *refusal};
    }
    return {"",
            fmt::format("no answer from {} in {} ms (hearsay cluster status says whether it has "
                        "had its init)",
                        options_.node, options_.timeout_ms)};
  }

  bool is_answer(const bus::Message& message) const {
    const auto json = nlohmann::json::parse(message.text, nullptr, false);
    return bus::sender_of_line(message.subject) == options_.node &&
           part_at(part_at(json, "body"), "in_reply_to") == id_;
  }

  std::optional<std::string> take_refusal() {
    while (const auto event = bus_.take_event()) {
      if (event->kind == bus::Event::Kind::refused || event->kind == bus::Event::Kind::ended) {
        return fmt::format("the bus does not let us speak as {}: {}", options_.caller,
                           event->words);
      }
    }
    return std::nullopt;
  }

  int show(const std::string& text) const {
    const nlohmann::json body = nlohmann::json::parse(text)["body"];
    const std::string problem = bench::print(bench::printable_json(body, -1));
    if (!problem.empty()) return fail("the answer can't be written to stdout: " + problem);
    return text_at(body, "type") == "error" ? kExitFailed : kExitGood;
  }

  static int fail(const std::string& why) {
    bench::tell("hearsay call: {}\n", why);
    return kExitFailed;
  }

  const CallOptions& options_;
  bus::Subjects subjects_;
  bus::Connection bus_;
  std::int64_t id_;
};

}  // namespace

int run_call(const CallOptions& options) {
  try {
    return Call(options).run();
  } catch (const std::exception& error) {
    bench::tell("hearsay call: {}\n", error.what());
    return kExitFailed;
  }
}

}  // namespace hearsay::cluster
