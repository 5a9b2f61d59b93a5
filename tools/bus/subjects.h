// The subjects of a cluster on the bus: the only place that knows how they are spelled.
//
//   hearsay.CLUSTER.TO.in.FROM     a line for TO, said by FROM. The server sees who may say it
//   hearsay.CLUSTER.TO.in          a line for TO by the operator, who speaks under many names
//   hearsay.CLUSTER.NODE.presence  what an attached node says of itself, each second
//   hearsay.CLUSTER.NODE.control   requests to what has attached a node
//   hearsay.CLUSTER.NAME.inbox.>   answers to requests
//   hearsay.CLUSTER.hail           whoever is there says so at once
//   hearsay.CLUSTER.roster         a node that has come back asks the others which nodes there are
//
// A name is one word of a subject, and a file's name: letters, digits, '-' and '_', at most 64.
// Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace hearsay::bus {

// "" or what is wrong with a name, in words for people.
std::string complain_about_name(std::string_view name);

// `subject` is that of a line: its last word, which is the sender's name; "" if the operator sent
// it.
std::string_view sender_of_line(std::string_view subject);
// The node that a subject of the first five kinds is about.
std::string_view node_of(std::string_view subject);

class Subjects {
 public:
  // `cluster` is a name.
  explicit Subjects(std::string_view cluster);

  std::string line(std::string_view to, std::string_view from) const;
  std::string line_by_operator(std::string_view to) const;
  std::string presence(std::string_view node) const;
  std::string control(std::string_view node) const;
  std::string inbox(std::string_view name) const;  // a prefix
  std::string hail() const;
  std::string roster() const;

  // Whether an answer may be sent there: whoever asks says where to, and may not make others speak
  // elsewhere.
  bool is_for_answers(std::string_view subject) const;

  // Patterns. The two kinds of lines need two.
  std::string lines_to(std::string_view to) const;
  std::string all_lines() const;
  std::string all_lines_by_operator() const;
  std::string lines_from(std::string_view from) const;
  std::string all_presences() const;
  std::string everything() const;

 private:
  std::string about(std::string_view node, std::string_view what) const;

  std::string root_;
};

}  // namespace hearsay::bus
