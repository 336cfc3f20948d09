#include "tests/replay/shared_folder.h"

#include <cstdio>
#include <cstdlib>

#include "tests/support/paths.h"

namespace spillway::replay {

std::optional<std::filesystem::path> SharedFolder() {
  const char* named = std::getenv("SPILLWAY_SHARED");
  const std::filesystem::path folder =
      named != nullptr ? std::filesystem::path(named)
                       : std::filesystem::path(testing::SourcePath("../shared")).lexically_normal();
  if (std::filesystem::is_directory(folder / "recordings")) return folder;
  std::fprintf(stderr,
               "\n"
               "*** SKIPPED: no recorded provider traffic under %s\n"
               "*** Set SPILLWAY_SHARED to the folder that holds recordings/. This test proved nothing.\n\n",
               folder.c_str());
  return std::nullopt;
}

bool RecordingsAreRequired() { return std::getenv("CI") != nullptr; }

}  // namespace spillway::replay
