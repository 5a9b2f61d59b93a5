// ppoll(2), also where RLIMIT_NOFILE was lowered below the number of descriptors that are asked
// about: ppoll refuses those then (EINVAL) although they are open, and pselect(2) does not.
#pragma once

#include <poll.h>

#include <ctime>
#include <span>

namespace hearsay {

// As ppoll without a signal mask; `timeout`: null waits for ever. Where pselect has to do, a
// descriptor is ready for what was asked, and POLLERR and POLLHUP are not told: the next read or
// write tells. Descriptors must be below FD_SETSIZE there, else EINVAL stays.
int poll_within_limits(std::span<pollfd> polled, const timespec* timeout);

}  // namespace hearsay
