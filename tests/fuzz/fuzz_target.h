// What is fuzzed: functions of bytes that throw when the code under them breaks a promise.
//
// Deterministic: the same input does the same in every run. Not thread-safe. Nothing catches what they throw
// in a fuzzer, so it ends there, stack and all; tests have gtest report it.
#ifndef SPILLWAY_TESTS_FUZZ_FUZZ_TARGET_H_
#define SPILLWAY_TESTS_FUZZ_FUZZ_TARGET_H_

#include <span>
#include <stdexcept>
#include <string_view>

#include "spillway/v1/config.pb.h"

namespace spillway::fuzz {

struct FuzzTarget {
  // Its folder in corpus/, its name for ./dev fuzz.
  std::string_view name;
  void (*run)(std::string_view input);
};

std::span<const FuzzTarget> FuzzTargets();

struct BrokenPromise : std::logic_error {
  using std::logic_error::logic_error;
};

// Throws BrokenPromise unless `holds`.
void Require(bool holds, std::string_view promise);

// The targets themselves, a file each.

// A response of `api`, see exchange_input.h. Nothing while the build has no codec for it.
void FuzzDecode(v1::Api api, std::string_view input);
// A streamed response of `api`, see exchange_input.h, whole and in pieces.
void FuzzDecodeStream(v1::Api api, std::string_view input);
// A ChatRequest in binary, through the codec of every API.
void FuzzEncode(std::string_view input);
// An answer in OpenAI's form, whole (it begins with a bracket) or a stream; written in that form and read
// again.
void FuzzEncodeOpenAiAnswer(std::string_view input);
// The body of a caller's request in OpenAI's form.
void FuzzRequestReader(std::string_view input);
// The headers and the body of a failure, see exchange_input.h; and each header's value by itself.
void FuzzRetryHint(std::string_view input);
// What a client sends to an HTTP listener, after a byte for the way it is split: requests, one after the
// other.
void FuzzHttpRequest(std::string_view input);
// A configuration file.
void FuzzConfig(std::string_view input);
// A ChatRequest in binary, walked over, whole and in pieces.
void FuzzWireWalk(std::string_view input);
// A JSON text whose values are counted.
void FuzzJsonValues(std::string_view input);

}  // namespace spillway::fuzz

#endif  // SPILLWAY_TESTS_FUZZ_FUZZ_TARGET_H_
