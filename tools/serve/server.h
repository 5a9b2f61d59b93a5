// The runs of a store over HTTP, for a browser on this machine. Reads only.
//
// Answers GET and HEAD: "/" (the list) and "/runs/PATH" (a file or folder of the store). While it
// listens on a loopback address it answers only to loopback names, so that no page from elsewhere
// can read it under a name of its own. Threads of its own answer; the rest is for one thread.
#pragma once

#include <memory>
#include <string>

#include "tools/serve/options.h"

namespace hearsay::serve {

class Server {
 public:
  explicit Server(ServeOptions options);
  ~Server();  // ends it

  // Returns "" or why it can't listen there.
  std::string start();
  // After start(): the port, and the address for a browser.
  int port() const;
  std::string address() const;

 private:
  class Threads;
  ServeOptions options_;
  std::unique_ptr<Threads> threads_;
};

}  // namespace hearsay::serve
