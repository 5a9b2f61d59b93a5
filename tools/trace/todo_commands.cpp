#include "tools/trace/commands.h"
// clang-format off
namespace hearsay::traces {
int show_crashes(const TraceOptions&) { return 9; }
int export_trace(const TraceOptions&) { return 9; }
}
