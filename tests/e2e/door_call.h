// Calls at the OpenAI-compatible listener, in the raw: what is sent is what stands here.
#ifndef SPILLWAY_TESTS_E2E_DOOR_CALL_H_
#define SPILLWAY_TESTS_E2E_DOOR_CALL_H_

#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/server/http/raw_client.h"

namespace spillway::e2e {

// "gpt-4o": "Say this is a test!", with further members as in `,"n":2`.
std::string HelloBody(const std::string& members = "", const std::string& model = "gpt-4o");

// A chat completion's request; `headers` as in "api-key: x\r\n".
std::string ChatRequestBytes(const std::string& body, const std::string& headers = "");

// What a client makes of an answer.
struct DoorCall {
  testing::RawAnswer answer;
  // Of a stream: each event's JSON.
  std::vector<boost::json::value> chunks;
  // Of the first choice.
  std::string text;
  std::string role;
  std::string finish;
  std::optional<boost::json::value> usage;
  // The error that the answer is, or that it ended with: {message, type, param, code}.
  std::optional<boost::json::value> error;
  // "[DONE]" came, and came last.
  bool done = false;

  std::string header(const std::string& name) const {
    const auto found = answer.fields.find(name);
    return found == answer.fields.end() ? "" : found->second;
  }
};

// Takes an answer apart.
DoorCall Understand(testing::RawAnswer answer);

// One call on a connection of its own.
DoorCall CallDoor(std::uint16_t port, const std::string& body, const std::string& headers = "");

}  // namespace spillway::e2e

#endif  // SPILLWAY_TESTS_E2E_DOOR_CALL_H_
