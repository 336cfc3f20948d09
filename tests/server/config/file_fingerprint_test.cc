#include "server/config/file_fingerprint.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <string>

#include "tests/support/temp_dir.h"

namespace spillway::server {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::system_clock;

class FileFingerprintTest : public ::testing::Test {
 protected:
  // Whether `change` makes a difference to the file at `path`.
  template <class Change>
  static bool Shows(const std::string& path, Change change) {
    const FileFingerprint before = FingerprintOf(path);
    change();
    return FingerprintOf(path) != before;
  }

  testing::TempDir dir_;
};

TEST_F(FileFingerprintTest, NothingChangesWhileNobodyTouchesTheFile) {
  const std::string file = dir_.Write("a", "one");
  EXPECT_FALSE(Shows(file, [&] { dir_.Write("b", "another file"); }));
  EXPECT_EQ(FingerprintOf(file).error, 0);
}

TEST_F(FileFingerprintTest, AWriteInPlaceShows) {
  const std::string file = dir_.Write("a", "one");
  EXPECT_TRUE(Shows(file, [&] { dir_.Write("a", "longer"); }));
}

TEST_F(FileFingerprintTest, AnotherFileOfTheSameSizeAndTimeShows) {
  const std::string file = dir_.Write("a", "one");
  const std::string other = dir_.Write("b", "two");
  EXPECT_TRUE(Shows(file, [&] {
    fs::last_write_time(other, fs::last_write_time(file));
    fs::rename(other, file);
  }));
}

TEST_F(FileFingerprintTest, ALinkSwappedOnTheWayShows) {
  fs::create_directories(dir_.Path("..v1"));
  fs::create_directories(dir_.Path("..v2"));
  dir_.Write("..v1/a", "one");
  dir_.Write("..v2/a", "two");
  fs::create_symlink("..v1", dir_.Path("..data"));
  fs::create_symlink("..data/a", dir_.Path("a"));
  EXPECT_TRUE(Shows(dir_.Path("a"), [&] {
    fs::create_symlink("..v2", dir_.Path("..tmp"));
    fs::rename(dir_.Path("..tmp"), dir_.Path("..data"));
  }));
}

TEST_F(FileFingerprintTest, PermissionsShow) {
  const std::string file = dir_.Write("a", "one");
  chmod(file.c_str(), 0600);
  usleep(20'000);  // Past the time stamps' step.
  EXPECT_TRUE(Shows(file, [&] { chmod(file.c_str(), 0644); }));
}

TEST_F(FileFingerprintTest, AMissingFileHasAReasonAndComesBackAsWhatItIs) {
  const std::string file = dir_.Write("a", "one");
  const FileFingerprint there = FingerprintOf(file);
  fs::remove(file);
  EXPECT_EQ(FingerprintOf(file).error, ENOENT);
  EXPECT_EQ(FingerprintOf(file + "/below"), FingerprintOf(file));
  EXPECT_NE(FingerprintOf(file), there);
}

TEST(SettlingTimeTest, IsWhatTheLatestChangeLacksOfAStep) {
  FileFingerprint fingerprint;
  fingerprint.changed_ns = 1'700'000'000'000'000'000;
  const auto at = [&](nanoseconds age) {
    const nanoseconds now = nanoseconds(fingerprint.changed_ns) + age;
    return SettlingTime(fingerprint,
                        system_clock::time_point(std::chrono::duration_cast<system_clock::duration>(now)));
  };
  EXPECT_EQ(at(milliseconds(0)), kTimestampStep);
  EXPECT_EQ(at(milliseconds(5)), kTimestampStep - milliseconds(5));
  EXPECT_EQ(at(kTimestampStep), nanoseconds(0));
  EXPECT_EQ(at(std::chrono::hours(24)), nanoseconds(0));
  EXPECT_EQ(at(milliseconds(-3)), kTimestampStep) << "the clock went back a little";
  EXPECT_EQ(at(std::chrono::hours(-24)), nanoseconds(0)) << "nobody waits for a file server's clock";
  fingerprint.error = ENOENT;
  EXPECT_EQ(at(milliseconds(0)), nanoseconds(0));
}

}  // namespace
}  // namespace spillway::server
