#include "common/base/poll_within_limits.h"

#include <sys/select.h>

#include <algorithm>
#include <cerrno>

namespace hearsay {
namespace {

int select_instead(std::span<pollfd> polled, const timespec* timeout) {
  fd_set readable;
  fd_set writable;
  FD_ZERO(&readable);
  FD_ZERO(&writable);
  int highest = -1;
  for (const pollfd& each : polled) {
    if (each.fd >= FD_SETSIZE) return -1;  // errno is ppoll's
    if (each.fd < 0) continue;
    highest = std::max(highest, each.fd);
    if ((each.events & POLLIN) != 0) FD_SET(each.fd, &readable);
    if ((each.events & POLLOUT) != 0) FD_SET(each.fd, &writable);
  }
  const int ready = ::pselect(highest + 1, &readable, &writable, nullptr, timeout, nullptr);
  if (ready < 0) return ready;
  for (pollfd& each : polled) {
    each.revents = 0;
    if (each.fd < 0) continue;
    if (FD_ISSET(each.fd, &readable)) each.revents |= POLLIN;
    if (FD_ISSET(each.fd, &writable)) each.revents |= POLLOUT;
  }
  return ready;
}

}  // namespace

int poll_within_limits(std::span<pollfd> polled, const timespec* timeout) {
  const int ready = ::ppoll(polled.data(), polled.size(), timeout, nullptr);
  return ready < 0 && errno == EINVAL ? select_instead(polled, timeout) : ready;
}

}  // namespace hearsay
