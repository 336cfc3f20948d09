// A directory of a test's own, gone when the test is.
//
// Not thread-safe.
#ifndef SPILLWAY_TESTS_SUPPORT_TEMP_DIR_H_
#define SPILLWAY_TESTS_SUPPORT_TEMP_DIR_H_

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>

namespace spillway::testing {

class TempDir {
 public:
  TempDir() : path_((std::filesystem::temp_directory_path() / "spillway-XXXXXX").string()) {
    if (mkdtemp(path_.data()) == nullptr) {
      std::perror("mkdtemp");
      std::abort();
    }
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  // Writes a file and says where it is.
  std::string Write(const std::string& name, std::string_view text) const {
    std::string file = Path(name);
    std::ofstream(file, std::ios::binary) << text;
    return file;
  }

  std::string Path(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace spillway::testing

#endif  // SPILLWAY_TESTS_SUPPORT_TEMP_DIR_H_
