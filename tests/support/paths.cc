#include "tests/support/paths.h"

namespace spillway::testing {

std::string SourcePath(const std::string& path) { return SPILLWAY_SOURCE_DIR "/" + path; }
std::string ProgramPath(const std::string& name) { return SPILLWAY_BIN_DIR "/" + name; }

}  // namespace spillway::testing
