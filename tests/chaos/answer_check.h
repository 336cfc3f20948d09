// Whether what came of a call is the whole answer, known beforehand: the simulator repeats what it was asked.
//
// Pure; thread-safe.
#ifndef SPILLWAY_TESTS_CHAOS_ANSWER_CHECK_H_
#define SPILLWAY_TESTS_CHAOS_ANSWER_CHECK_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace spillway::chaos {

enum class Verdict : std::uint8_t {
  // OK, and every character is there.
  kWhole,
  // A stream that began and ended with an error, without leave to start over.
  kBroken,
  // Any other error.
  kFailed,
  // OK, with the beginning of the answer only.
  kTruncated,
  // OK with something else than the answer, or a broken stream with something else than its beginning.
  kWrong,
};

// "whole", "broken", …
std::string_view NameOf(Verdict verdict);

// What the caller knows of a call that has ended.
struct Ending {
  // What was asked.
  std::string_view prompt;
  // The endpoint that answered, by the server's word; empty: it names none.
  std::string_view served_by;
  // What came since the last reset.
  std::string_view text;
  // "stop", if the answer came to its end.
  std::string_view finish_reason;
  bool ok = false;
  // The server says that the stream broke off after it had begun.
  bool says_broken = false;
  // The caller has allowed no reset: the stream may break off.
  bool may_break = false;
};

Verdict Judge(const Ending& ending);

// Asks for something that no other call asks for, in `words` words, so that no other call's answer passes for
// this one's.
std::string PromptOf(std::uint64_t call, int words);

}  // namespace spillway::chaos

#endif  // SPILLWAY_TESTS_CHAOS_ANSWER_CHECK_H_
