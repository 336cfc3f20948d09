#include "server/log_sink.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/logger.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>

namespace spillway::server {
namespace {

struct PipeEnds {
  PipeEnds() { EXPECT_EQ(pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), 0); }
  ~PipeEnds() {
    CloseReader();
    close(ends[1]);
  }
  void CloseReader() {
    if (ends[0] >= 0) close(ends[0]);
    ends[0] = -1;
  }
  // What is in it.
  std::string Read() {
    std::array<char, 4096> buffer;
    const ssize_t size = read(ends[0], buffer.data(), buffer.size());
    return size < 0 ? "" : std::string(buffer.data(), static_cast<std::size_t>(size));
  }

  std::array<int, 2> ends{};
};

spdlog::logger LoggerTo(int out, const PipeEnds& complaints) {
  spdlog::logger logger("test", NewLogSink(out, complaints.ends[1]));
  logger.set_pattern("%v");
  return logger;
}

TEST(LogSink, ALineIsThereAtOnce) {
  PipeEnds out;
  PipeEnds complaints;
  spdlog::logger logger = LoggerTo(out.ends[1], complaints);
  const std::uint64_t lost = LostLogLines();
  logger.info("one");
  EXPECT_EQ(out.Read(), "one\n");
  logger.info("two\nthree");
  EXPECT_EQ(out.Read(), "two\nthree\n");
  EXPECT_EQ(complaints.Read(), "");
  EXPECT_EQ(LostLogLines(), lost);
}

TEST(LogSink, WhatAFullDiskTakesNotIsCountedAndSaidOnce) {
  PipeEnds complaints;
  const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  spdlog::logger logger = LoggerTo(full, complaints);
  const std::uint64_t lost = LostLogLines();
  logger.info("one");
  EXPECT_EQ(complaints.Read(),
            "spillway-server: cannot write the log: No space left on device; serving on without "
            "(spillway_log_lines_lost_total counts)\n");
  logger.info("two\nthree");
  EXPECT_EQ(complaints.Read(), "");
  EXPECT_EQ(LostLogLines() - lost, 3U);
  close(full);
}

TEST(LogSink, AReaderThatHasLeftIsCountedToo) {
  std::signal(SIGPIPE, SIG_IGN);
  PipeEnds out;
  PipeEnds complaints;
  spdlog::logger logger = LoggerTo(out.ends[1], complaints);
  out.CloseReader();
  const std::uint64_t lost = LostLogLines();
  logger.info("one");
  EXPECT_NE(complaints.Read().find("Broken pipe"), std::string::npos);
  EXPECT_EQ(LostLogLines() - lost, 1U);
}

TEST(LogSink, AfterHalfALineTheNextBeginsOnItsOwn) {
  PipeEnds out;
  PipeEnds complaints;
  spdlog::logger logger = LoggerTo(out.ends[1], complaints);
  const int capacity = fcntl(out.ends[1], F_SETPIPE_SZ, 4096);
  ASSERT_GE(capacity, 4096);
  const std::uint64_t lost = LostLogLines();
  logger.info(std::string(static_cast<std::size_t>(capacity) + 10, 'x'));
  EXPECT_EQ(LostLogLines() - lost, 1U);
  while (!out.Read().empty()) {
  }
  logger.info("whole");
  EXPECT_EQ(out.Read(), "\nwhole\n");
}

TEST(LogSink, AReaderThatDoesNotReadHoldsUpNobody) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
  PipeEnds complaints;
  spdlog::logger logger = LoggerTo(ends[1], complaints);
  const std::uint64_t lost = LostLogLines();
  const std::string line(1000, 'x');
  for (int i = 0; i < 200; ++i) logger.info(line);
  const std::uint64_t untaken = LostLogLines() - lost;
  EXPECT_GT(untaken, 0U);
  EXPECT_LT(untaken, 200U);
  EXPECT_NE(complaints.Read().find("its reader does not read"), std::string::npos);
  // As soon as it reads again, it gets what comes.
  std::string taken(1024 * 1024, ' ');
  taken.resize(static_cast<std::size_t>(read(ends[0], taken.data(), taken.size())));
  logger.info("again");
  std::array<char, 100> rest{};
  const ssize_t size = read(ends[0], rest.data(), rest.size());
  EXPECT_THAT(std::string(rest.data(), static_cast<std::size_t>(size)), ::testing::EndsWith("again\n"));
  EXPECT_EQ(LostLogLines() - lost, untaken);
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace spillway::server
