// Where the recorded traffic lies, which is not part of the project.
#ifndef SPILLWAY_TESTS_REPLAY_SHARED_FOLDER_H_
#define SPILLWAY_TESTS_REPLAY_SHARED_FOLDER_H_

#include <filesystem>
#include <optional>

namespace spillway::replay {

// The folder named by SPILLWAY_SHARED, else `shared` beside the source root. Nothing when it
// holds no recordings; that is said on stderr, loudly.
std::optional<std::filesystem::path> SharedFolder();

// Whether the absence of recordings is a failure: on CI (the variable CI is set).
bool RecordingsAreRequired();

}  // namespace spillway::replay

// At the start of a test: leaves the folder in `folder`, or skips (on CI fails) the test.
#define SPILLWAY_FIND_RECORDINGS(folder)                                                                \
  const auto folder = ::spillway::replay::SharedFolder();                                               \
  if (!folder && ::spillway::replay::RecordingsAreRequired()) FAIL() << "no recordings, but CI is set"; \
  if (!folder) GTEST_SKIP() << "no recordings"

#endif  // SPILLWAY_TESTS_REPLAY_SHARED_FOLDER_H_
