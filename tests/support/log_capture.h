// Catches what the server logs in this process, line by line.
//
// One at a time; must outlive everything that logs. Thread-safe.
#ifndef SPILLWAY_TESTS_SUPPORT_LOG_CAPTURE_H_
#define SPILLWAY_TESTS_SUPPORT_LOG_CAPTURE_H_

#include <spdlog/logger.h>

#include <boost/json/object.hpp>
#include <memory>
#include <string>
#include <vector>

namespace spillway::testing {

class LogCapture {
 public:
  LogCapture();
  ~LogCapture();
  LogCapture(const LogCapture&) = delete;
  LogCapture& operator=(const LogCapture&) = delete;

  std::vector<std::string> Lines() const;

  // The lines whose `event` is that, parsed. A line that is not a JSON object fails the test.
  std::vector<boost::json::object> Events(const std::string& event) const;

  // The same, once there are at least `count` of them: a call's line is written after its reply.
  std::vector<boost::json::object> WaitForEvents(const std::string& event, std::size_t count) const;

 private:
  class Sink;

  std::shared_ptr<Sink> sink_;
  std::shared_ptr<spdlog::logger> before_;
};

// The object that `line` is; a test failure and an empty one if it is none.
boost::json::object ParseLogLine(const std::string& line);

}  // namespace spillway::testing

#endif  // SPILLWAY_TESTS_SUPPORT_LOG_CAPTURE_H_
