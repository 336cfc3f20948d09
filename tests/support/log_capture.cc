#include "tests/support/log_capture.h"

#include <gtest/gtest.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <boost/json/parse.hpp>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <sstream>
#include <utility>

namespace spillway::testing {

class LogCapture::Sink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  std::vector<std::string> Lines() {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

  // Blocks until `enough` holds, for seconds at most.
  void Wait(const std::function<bool()>& enough) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!enough() && std::chrono::steady_clock::now() < end) {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, std::chrono::milliseconds(20));
    }
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    // Several lines may come in one write.
    std::istringstream text(std::string(message.payload.data(), message.payload.size()));
    for (std::string line; std::getline(text, line);) lines_.push_back(line);
    changed_.notify_all();
  }
  void flush_() override {}

 private:
  std::vector<std::string> lines_;
  std::condition_variable changed_;
};

LogCapture::LogCapture() : sink_(std::make_shared<Sink>()), before_(spdlog::default_logger()) {
  spdlog::set_default_logger(std::make_shared<spdlog::logger>("captured", sink_));
}

LogCapture::~LogCapture() { spdlog::set_default_logger(std::move(before_)); }

std::vector<std::string> LogCapture::Lines() const { return sink_->Lines(); }

std::vector<boost::json::object> LogCapture::Events(const std::string& event) const {
  std::vector<boost::json::object> events;
  for (const std::string& line : Lines()) {
    boost::json::object object = ParseLogLine(line);
    if (object.contains("event") && object.at("event") == event.c_str()) events.push_back(std::move(object));
  }
  return events;
}

std::vector<boost::json::object> LogCapture::WaitForEvents(const std::string& event,
                                                           std::size_t count) const {
  sink_->Wait([&] { return Events(event).size() >= count; });
  return Events(event);
}

boost::json::object ParseLogLine(const std::string& line) {
  boost::json::error_code error;
  boost::json::value value = boost::json::parse(line, error);
  EXPECT_FALSE(error) << error.message() << " in log line: " << line;
  EXPECT_TRUE(error || value.is_object()) << line;
  return value.is_object() ? value.get_object() : boost::json::object();
}

}  // namespace spillway::testing
