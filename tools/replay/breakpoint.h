// Where a debugger stops: the function below is called right before the step that was asked for.
// It does nothing, is never inlined, and has C linkage, so that `break replay_breakpoint` finds it.
// gdb_command() has it go on to the step itself with `continue`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

extern "C" void replay_breakpoint(std::uint64_t input, const char* type, const char* message);

namespace hearsay::replay {

// The command that runs `replay`, the words of a command of its own, in gdb, and stops there.
std::vector<std::string> gdb_command(const std::vector<std::string>& replay);
// Becomes that command. Returns only when it can't: why, in words.
std::string become(const std::vector<std::string>& command);

// From now on a fault (a segmentation fault, an abort) says which input it came with before it ends
// the process. A debugger sees it first.
void name_faults();
// What the process is at; read by the above.
void now_at(std::uint64_t input);

}  // namespace hearsay::replay
