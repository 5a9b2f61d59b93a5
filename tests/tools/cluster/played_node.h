// What has attached a node, played by the test: it says and answers what the test likes. Behind it
// there is a node that echoes.
//
// A thread of its own, until the end of its life.
#pragma once

#include <atomic>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "common/base/clock.h"
#include "common/base/units.h"
#include "tools/bus/connection.h"
#include "tools/bus/subjects.h"
#include "tools/cluster/presence.h"

namespace hearsay::test {

class PlayedNode {
 public:
  // `network`: what it says that is, whatever it is told. `refuses`: what it does not do.
  PlayedNode(const std::string& server, const std::string& name, std::string network,
             std::string refuses = "")
      : name_(name),
        refuses_(std::move(refuses)),
        bus_({server, "", "", "played", subjects_.inbox(name), {}}) {
    self_.node = name;
    self_.instance = cluster::make_instance();
    self_.state = "waiting";
    self_.allows_faults = true;
    self_.network = std::move(network);
    for (const std::string& subject :
         {subjects_.control(name), subjects_.hail(), subjects_.line_by_operator(name)}) {
      bus_.subscribe(subject);
    }
    thread_ = std::thread([this] { play(); });
  }
  ~PlayedNode() {
    over_ = true;
    thread_.join();
  }
  PlayedNode(const PlayedNode&) = delete;
  PlayedNode& operator=(const PlayedNode&) = delete;

 private:
  void play() {
    while (!over_) {
      const auto message = bus_.wait(monotonic_ns() + 10 * kNsPerMs);
      if (message && !message->nobody_is) take(*message);
    }
  }

  void take(const bus::Message& message) {
    const auto json = nlohmann::json::parse(message.text, nullptr, false);
    if (message.subject == subjects_.hail()) {
      bus_.publish(subjects_.presence(name_), to_json(self_).dump());
    } else if (message.subject == subjects_.control(name_)) {
      if (!message.reply_to.empty()) bus_.publish(message.reply_to, answer_to(json["ask"]).dump());
    } else {
      take_line(json);
    }
  }

  nlohmann::json answer_to(const std::string& ask) const {
    if (ask == refuses_) return {{"wrong", "not today"}};
    return {{ask, ""}};
  }

  void take_line(const nlohmann::json& line) {
    nlohmann::json body = line["body"];
    body["in_reply_to"] = body["msg_id"];
    body["type"] = body["type"].get<std::string>() + "_ok";
    const std::string client = line["src"];
    const nlohmann::json answer = {{"src", name_}, {"dest", client}, {"body", body}};
    bus_.publish(subjects_.line(client, name_), answer.dump());
  }

  const bus::Subjects subjects_{"demo"};
  std::string name_;
  std::string refuses_;
  cluster::Presence self_;
  bus::Connection bus_;
  std::atomic<bool> over_{false};
  std::thread thread_;
};

}  // namespace hearsay::test
