// The signals that matter to the supervisor, as something to poll; the others do no harm.
//
// To be made before anything else. Dispositions and the mask are inherited: this sets all that
// matter here, whatever they were. Those that it ignores are ignored in the worker, too.
#pragma once

#include "common/base/file_descriptor.h"

namespace hearsay::supervisor {

struct SeenSignals {
  int end = 0;             // the signal that asks to finish what was read, then to end
  bool continued = false;  // SIGCONT: this process may have been stopped until now
  // A worker that dies makes fd() readable, too; who looks after it sees that itself.
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
