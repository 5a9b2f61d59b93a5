// A sandbox that refuses system calls: refuse_calls ERRNO SYSCALL[,SYSCALL...] PROGRAM
// [ARGUMENT...] runs PROGRAM, and each of these calls (numbers) fails with ERRNO there and in its
// children.
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

namespace {

std::vector<sock_filter> filter_of(unsigned error, const std::string& calls) {
  constexpr unsigned kNumberOffset = 0;  // of seccomp_data::nr
  std::vector<sock_filter> filter{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kNumberOffset)};
  std::istringstream numbers(calls);
  for (std::string number; std::getline(numbers, number, ',');) {
    filter.push_back(
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(std::stoi(number)), 0, 1));
    filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error));
  }
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  return filter;
}

}  // namespace

int main(int argc, char** argv) {
  constexpr int kNotRun = 126;
  if (argc < 4) return kNotRun;
  std::vector<sock_filter> filter = filter_of(static_cast<unsigned>(std::stoi(argv[1])), argv[2]);
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
      ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0) {
    ::execv(argv[3], argv + 3);
  }
  std::perror("refuse_calls");
  return kNotRun;
}
