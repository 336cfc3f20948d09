// A fault script: what each request in turn meets.
//
// Script is consumed from one thread at a time (its owner locks); parsing is pure. Time: none.
// Random faults draw from the script's own seeded engine, so a run replays.
#ifndef SPILLWAY_TESTS_SIM_SCRIPT_H_
#define SPILLWAY_TESTS_SIM_SCRIPT_H_

#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/echo.h"
#include "tests/sim/fault.h"
#include "tests/sim/message.h"

namespace spillway::sim {

// What one request meets. Unset: as the fault has it.
struct Step {
  Fault fault = Fault::kOk;
  std::optional<int> status;
  std::optional<std::string> body;
  HttpHeaders headers;
  // Values of the headers retry-after (seconds or an HTTP date) and retry-after-ms.
  std::string retry_after;
  std::string retry_after_ms;
  WirePlan plan;
  // Faults of streams: how many tokens come before.
  std::size_t after = 1;
  // cut: in a stream, too, after plan.bytes and not after a number of tokens.
  bool cuts_bytes = false;
  // How the request's credential is told: in the message of an error, and for "{{credential}}" in `body` and
  // `headers`.
  EchoForm echo = EchoForm::kNone;
  // error_event: the error answer whose like it is.
  Fault error_class = Fault::kOverloaded;
  // How many words the answer has; unset: as the personality has it.
  std::optional<std::size_t> tokens;
  // oversized_header: bytes of the header's value.
  std::size_t header_bytes = 128 * 1024;
  // Requests this step serves before the next takes over.
  std::uint64_t times = 1;
  // How many of 100 requests meet the fault; the rest are answered as if it were "ok".
  double percent = 100;
  // If not empty, one of these or (what their percents leave) "ok"; the fields above are unused
  // but `times`.
  std::vector<Step> one_of;
};

// An error_event's step as the error answer whose like it is.
Step AsErrorAnswer(Step step);

// After the last step.
enum class Then : std::uint8_t { kRepeatLast, kOk, kCycle };

class Script {
 public:
  // Every request is answered.
  Script() = default;
  explicit Script(std::vector<Step> steps, Then then = Then::kRepeatLast, std::uint64_t seed = 1);

  // What the next request meets; consumes.
  Step Next();

 private:
  Step Draw(const Step& step);

  std::vector<Step> steps_;
  Then then_ = Then::kRepeatLast;
  std::mt19937_64 engine_;
  std::size_t current_ = 0;
  std::uint64_t used_ = 0;
};

// Reads a script from its JSON: a step, a list of steps, or {"steps": […], "then": …, "seed": …}.
// `path` is how errors call it. Throws InvalidConfig.
Script ScriptFromJson(const boost::json::value& value, const std::string& path = "script");

// The same from text: JSON, or the short form of one step, "rate_limited:retry_after=30".
Script ParseScript(std::string_view text, const std::string& path = "script");

// The short form of one step as the JSON object it stands for. Throws InvalidConfig.
boost::json::value ExpandShortStep(std::string_view text, const std::string& path);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_SCRIPT_H_
