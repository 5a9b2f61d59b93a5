// The signals that matter to the supervisor, as something to poll.
//
// The constructor blocks them; to be made before anything else. SIGPIPE and SIGXFSZ are ignored:
// a closed stdout and a file that may not grow are errors of the system calls.
#pragma once

#include "common/base/file_descriptor.h"

namespace hearsay::supervisor {

struct SeenSignals {
  bool end = false;        // SIGTERM or SIGINT: finish what was read, then end
  bool continued = false;  // SIGCONT: this process may have been stopped until now
};

class Signals {
 public:
  Signals();
  int fd() const { return fd_.get(); }
  // Those that came since the last call.
  SeenSignals take();

 private:
  FileDescriptor fd_;
};

}  // namespace hearsay::supervisor
