// What a test may ask of an attached node: that it has it for itself, and faults.
#include <fmt/core.h>

#include <string>
#include <utility>

#include "common/base/clock.h"
#include "tools/cluster/attachment.h"
#include "tools/cluster/json_text.h"
#include "tools/cluster/test_asks.h"
#include "tools/console/tell.h"

namespace hearsay::cluster {

void Attachment::take_test(const std::string& ask, const std::string& run,
                           const bus::Message& request) {
  if (run.empty()) {
    answer(request, {{"wrong", "the name of a run is missing"}});
  } else if (ask == kOver) {
    if (test_.is_held() && test_.is_of(run)) end_test("");
    answer(request, {{"over", run}});
  } else if (test_.take(monotonic_ns(), run)) {
    answer(request, {{"test", run}});
  } else {
    answer(request,
           {{"wrong", fmt::format("another hearsay test has {}, or had it less than {} s ago and "
                                  "did not end",
                                  options_.name, TestHold::kSilenceNs / kNsPerSecond)}});
  }
}

// What it has asked for ends with it. `why`: for people; "": it said so.
void Attachment::end_test(const std::string& why) {
  if (!why.empty()) {
    bench::tell("hearsay attach: {}: the test {}: what it asked for ends\n", options_.name, why);
  }
  test_.let_go();
  network_.set({});
  if (stopping_ || !options_.allow_faults) return;
  if (!node_) {
    start_node();
  } else {
    faults_.resume_worker(*node_);
    faults_.resume(*node_);
  }
  say_presence();
}

void Attachment::take_fault(const std::string& ask, const bus::Message& request) {
  if (!options_.allow_faults) {
    answer(request,
           {{"wrong", fmt::format("{} was attached without --allow-faults", options_.name)}});
    return;
  }
  if (ask == kNetwork) return take_conditions(request);
  const std::optional<pid_t> hit = stopping_ ? std::nullopt : strike(ask);
  answer(request, {{"process", hit ? nlohmann::json(*hit) : nlohmann::json(nullptr)}});
}

void Attachment::take_conditions(const bus::Message& request) {
  const auto json = nlohmann::json::parse(request.text, nullptr, false);
  auto conditions = conditions_from(part_at(json, "conditions"));
  if (!conditions || !test_.is_of(conditions->run)) {
    answer(request, {{"wrong", conditions ? "another test has this node"
                                          : "these are no conditions of a network"}});
    return;
  }
  network_.set(std::move(*conditions));
  answer(request, {{"network", in_words(network_.conditions())}});
}

// Asked for again, because the answer was lost, it does no more than once.
std::optional<pid_t> Attachment::strike(const std::string& ask) {
  if (ask == kStart && !node_) {
    start_node();
    say_presence();
  }
  if (!node_) return std::nullopt;
  if (ask == kKillWorker) return faults_.kill_worker(*node_);
  if (ask == kPauseWorker) return faults_.pause_worker(*node_);
  const pid_t pid = node_->pid();
  if (ask == kResumeWorker) faults_.resume_worker(*node_);
  if (ask == kPause) faults_.pause(*node_);
  if (ask == kResume) faults_.resume(*node_);
  if (ask == kKill) kill_node();
  return pid;
}

// What waited for it goes with it.
void Attachment::kill_node() {
  loop_.forget(node_->stdin_fd());
  loop_.forget(node_->stdout_fd());
  bench::kill_with_family(*node_);
  node_->reap();
  show_last_of_stderr();
  node_.reset();
  faults_ = {};
  waits_for_room_ = false;
  network_.forget_underway();
  while (!to_node_.empty()) to_node_.take();
  initiation_ = Initiation(options_.name);
  self_.node_pid = 0;
  say_presence();
}

}  // namespace hearsay::cluster
