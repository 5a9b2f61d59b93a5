#include "tests/process/kill_scripts.h"

#include <stdexcept>

#include "tests/support/messages.h"

namespace hearsay::test {
namespace {

using nlohmann::json;

class ScriptWriter {
 public:
  explicit ScriptWriter(std::vector<Step>& steps) : steps_(steps) {}

  void init(const std::vector<std::string>& nodes) {
    steps_.push_back({init_line("n1", nodes, ++id_), id_});
  }
  void request(std::string_view type, const json& fields = nullptr) {
    ++id_;
    const char* client = id_ % 2 == 0 ? "c1" : "c2";
    steps_.push_back({request_line(client, "n1", type, id_, fields), id_});
  }
  void from_peer(std::string_view peer, const json& values) {
    const json message{
        {"src", peer}, {"dest", "n1"}, {"body", {{"type", "gossip"}, {"messages", values}}}};
    steps_.push_back({message.dump(), std::nullopt});
  }
  // As it is written: `body` is what stands in the body's braces, behind msg_id if there is one.
  void text(const std::string& body) {
    ++id_;
    steps_.push_back(
        {R"({"src":"c1","dest":"n1","body":{"msg_id":)" + std::to_string(id_) + "," + body + "}}",
         id_});
  }
  void text_from_peer(const std::string& peer, const std::string& body) {
    steps_.push_back(
        {R"({"src":")" + peer + R"(","dest":"n1","body":{)" + body + "}}", std::nullopt});
  }
  void without_id(std::string_view type, const json& fields) {
    json body = fields;
    body["type"] = type;
    steps_.push_back({json{{"src", "c9"}, {"dest", "n1"}, {"body", body}}.dump(), std::nullopt});
  }

 private:
  std::vector<Step>& steps_;
  std::int64_t id_ = 0;
};

void write_echo(ScriptWriter write) {
  write.init({"n1"});
  write.request("echo", {{"echo", "plain"}});
  write.request("echo", {{"echo", {{"nested", {1, 2.5, nullptr, "\u00fc\n"}}}}});
  write.without_id("echo", {{"echo", "unanswered"}});
  write.request("no_such_type");
  write.request("echo", {{"other_field", 1}});
  write.request("echo", {{"echo", std::string(5000, 'e')}});
  write.request("echo", {{"echo", ""}});
}

void write_unique_ids(ScriptWriter write) {
  write.init({"n1", "n2", "n3"});
  for (int i = 0; i < 8; ++i) write.request("generate");
}

void write_broadcast(ScriptWriter write) {
  write.from_peer("n2", {"before init", 1});
  write.request("init", {{"node_id", 1}});  // an error; what waits for the real one is committed
  write.init({"n1", "n2", "n3", "n4"});
  write.request("broadcast", {{"message", 10}});
  write.request("topology", {{"topology", {{"n1", {"n2", "n3"}}, {"n2", {"n1"}}}}});
  write.request("broadcast", {{"message", 11}});
  write.from_peer("n2", {11, 12, 13});
  write.request("broadcast", {{"message", 11}});
  write.request("read");
  write.text_from_peer("n3", R"("type":"gossip","messages":[12,"text",{"b":1,"a":2}])");
  write.text(R"("type":"broadcast","message":{"a":2,"b":1})");
  write.without_id("broadcast", {{"message", 14}});
  write.request("broadcast");
  write.request("read");
}

// A node that is the relay (of epoch 0, then by a later one not), told values by id.
void write_relay(ScriptWriter write) {
  write_broadcast(write);
  write.text_from_peer(
      "n2", R"("type":"gossip-tell","epoch":0,"at":5000,"hop":1000,"runs":[[1,60,1,[21,22]]])");
  write.request("broadcast", {{"message", 23}});
  write.text_from_peer("n3",
                       R"("type":"gossip-spread","epoch":2,"root":2,"incarnation":61,"number":1,
      "place":1,"repeats":0,"at":500,"runs":[[2,61,1,[24]],[1,60,3,[25]]])");
  write.request("broadcast", {{"message", 26}});
  write.text_from_peer("n2", R"("type":"gossip-fill","epoch":2,"runs":[[3,62,1,["filled"]]])");
  write.text_from_peer("n4", R"("type":"gossip-have","epoch":2,"ranks":[0,3],"vector":[[1,60,1]])");
  write.request("read");
}

void write_epidemic(ScriptWriter write) {
  write_broadcast(write);
  write.text_from_peer(
      "n2", R"("type":"gossip-spread","era":0,"into":1000,"parts":[[3,[[1,60,1,[21,22]]]]])");
  write.request("broadcast", {{"message", 23}});
  write.text_from_peer(
      "n3",
      R"("type":"gossip-spread","era":7,"into":90,"parts":[[0,[[2,61,1,[24]],[1,60,3,[25]]]]])");
  write.text_from_peer("n2", R"("type":"gossip-fill","epoch":0,"runs":[[3,62,1,["filled"]]])");
  write.request("read");
}

void write_counter(ScriptWriter write) {
  write.init({"n1", "n2", "n3"});
  write.request("add", {{"delta", 3}});
  write.text_from_peer("n2", R"("type":"gossip-delta","lives":[60,0],"confirms":0,"asks":1,)"
                             R"("interval":[0,4],"entries":[[1,60,5,2],[2,61,7,0]])");
  write.request("add", {{"delta", -20}});
  write.request("read");
  write.text_from_peer("n2", R"("type":"gossip-delta","lives":[62,0],"confirms":0,)"
                             R"("interval":[2,4],"entries":[[1,62,5,2]])");
  write.request("add", {{"delta", 1.5}});
  write.request("read");
}

void write_registers(ScriptWriter write) {
  write.init({"n1", "n2", "n3"});
  write.text(R"("type":"txn","txn":[["w",1,2],["w","k",{"b":1,"a":2}],["r",1,null]])");
  write.text_from_peer("n2",
                       R"("type":"gossip-delta","lives":[60,0],"confirms":0,)"
                       R"("interval":[0,4],"entries":[[1,"n2",4000000000000000000,1],[3,5,70,2]])");
  write.text(R"("type":"txn","txn":[["r",1,null],["r",3,null],["w",1,"later"]])");
  write.text(R"("type":"txn","txn":[["w",1,2],["append",1,2]])");
  write.text(R"("type":"txn","txn":[["r",1,null],["r","k",null]])");
}

// Of logs that n1 owns: what it asks of others has no answer here.
void write_logs(ScriptWriter write) {
  write.init({"n1", "n2", "n3"});
  write.request("send", {{"key", "a"}, {"msg", 1}});
  write.text_from_peer("n2", R"("type":"log-append","life":60,"asks":[[1,"f",2],[3,"a",[3]]])");
  write.text_from_peer("n2", R"("type":"log-append","life":60,"asks":[[3,"a",[3]],[4,"f",4]])");
  write.request("send", {{"key", "a"}, {"msg", 5}});
  write.request("commit_offsets", {{"offsets", {{"a", 1}, {"b", 7}}}});
  write.request("poll", {{"offsets", {{"a", 0}, {"b", 0}, {"f", 0}}}});
  write.request("list_committed_offsets", {{"keys", {"a", "b", "c"}}});
  write.request("send", {{"key", 5}});
}

// Messages in parts, answers longer than the reply ring, a journal that outgrows its first size.
void write_large(ScriptWriter write) {
  write.init({"n1", "n2"});
  write.request("broadcast", {{"message", std::string(250'000, 'a')}});
  write.request("broadcast", {{"message", std::string(120'000, 'b')}});
  write.request("read");
  write.request("echo", {{"echo", std::string(100'000, 'c')}});
  write.request("read");
  write.request("broadcast", {{"message", "small"}});
  write.request("echo", {{"echo", std::string(300'000, 'd')}});
}

// Large echoes leave their parts and spilled answers in the journal, but no state: it is compacted
// again and again, so that each of the two regions takes over from the other.
void write_compaction(ScriptWriter write, int echoes) {
  write.init({"n1", "n2"});
  write.request("broadcast", {{"message", "kept"}});
  for (int i = 0; i < echoes; ++i) {
    write.request("echo", {{"echo", std::string(300'000, static_cast<char>('a' + i))}});
    write.request("broadcast", {{"message", i}});
  }
  write.request("read");
}

}  // namespace

KillScript kill_script(const std::string& name) {
  // No answer may be dropped for being late: machines are slow at times, and that is no crash.
  KillScript script{
      name, {"--reply-deadline-ms=600000", "--hang-limit-ms=60000"}, {}, Compared::lines, 0};
  const ScriptWriter writer(script.steps);
  const bool timed = name == "push" || name == "relay" || name == "epidemic";
  script.arguments.push_back("--gossip=" + (timed ? name : "flood"));
  if (timed) script.compared = Compared::client_replies;
  if (name == "echo") {
    write_echo(writer);
  } else if (name == "unique_ids") {
    script.compared = Compared::lines_but_ids;
    write_unique_ids(writer);
  } else if (name == "flood" || name == "push") {
    write_broadcast(writer);
  } else if (name == "relay") {
    write_relay(writer);
  } else if (name == "epidemic") {
    write_epidemic(writer);
  } else if (name == "counter" || name == "registers") {
    const bool counts = name == "counter";
    script.compared = Compared::client_replies;
    script.arguments.emplace_back(counts ? "--workload=pn-counter" : "--workload=txn-rw-register");
    counts ? write_counter(writer) : write_registers(writer);
  } else if (name == "logs") {
    script.compared = Compared::client_replies;
    script.arguments.emplace_back("--workload=kafka");
    write_logs(writer);
  } else if (name == "large") {
    script.points_a_place = 6;
    write_large(writer);
  } else if (name == "compaction") {
    script.points_a_place = 4;
    write_compaction(writer, 9);
  } else if (name == "sync_each_commit" || name == "sync_in_time") {
    script.has_state_dir = true;
    script.arguments.emplace_back(name == "sync_in_time" ? "--sync=1" : "--sync=commit");
    script.points_a_place = 1;
    write_compaction(writer, 5);
  } else {
    throw std::invalid_argument(name);
  }
  return script;
}

}  // namespace hearsay::test
