// Where the sources and the programs are. In a source of its own, so that no other is compiled differently in
// another checkout: ccache has them all.
#ifndef SPILLWAY_TESTS_SUPPORT_PATHS_H_
#define SPILLWAY_TESTS_SUPPORT_PATHS_H_

#include <string>

namespace spillway::testing {

// Of a file or folder in the source tree, by its path there.
std::string SourcePath(const std::string& path);

// Of a program that the build makes: "spillway-server".
std::string ProgramPath(const std::string& name);

}  // namespace spillway::testing

#endif  // SPILLWAY_TESTS_SUPPORT_PATHS_H_
