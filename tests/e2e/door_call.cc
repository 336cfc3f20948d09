#include "tests/e2e/door_call.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <utility>

#include "absl/strings/str_cat.h"

namespace spillway::e2e {
namespace {

namespace json = boost::json;

void AddText(const json::object& from, const char* name, std::string& to) {
  const json::value* value = from.if_contains(name);
  if (value != nullptr && value->is_string()) to += std::string(value->as_string());
}

void TakeChunk(const json::value& value, DoorCall& call) {
  const json::object& chunk = value.as_object();
  if (const json::value* error = chunk.if_contains("error")) {
    EXPECT_FALSE(call.error.has_value());
    call.error = *error;
    return;
  }
  if (const json::value* usage = chunk.if_contains("usage"); usage != nullptr && usage->is_object()) {
    call.usage = *usage;
  }
  for (const json::value& choice : chunk.at("choices").as_array()) {
    if (choice.at("index") != 0) continue;
    const json::object& delta = choice.at("delta").as_object();
    AddText(delta, "content", call.text);
    AddText(delta, "role", call.role);
    AddText(choice.as_object(), "finish_reason", call.finish);
  }
}

void TakeEvents(const std::string& body, DoorCall& call) {
  std::size_t from = 0;
  for (std::size_t end; (end = body.find("\n\n", from)) != std::string::npos; from = end + 2) {
    const std::string event = body.substr(from, end - from);
    ASSERT_EQ(event.compare(0, 6, "data: "), 0) << event;
    EXPECT_FALSE(call.done) << "something after the end: " << event;
    if (event == "data: [DONE]") {
      call.done = true;
      continue;
    }
    call.chunks.push_back(json::parse(event.substr(6)));
    TakeChunk(call.chunks.back(), call);
  }
  EXPECT_EQ(from, body.size()) << "an event without an end";
}

}  // namespace

std::string HelloBody(const std::string& members, const std::string& model) {
  return absl::StrCat(R"({"model":")", model,
                      R"(","messages":[{"role":"user","content":"Say this is a test!"}])", members, "}");
}

std::string ChatRequestBytes(const std::string& body, const std::string& headers) {
  return absl::StrCat("POST /v1/chat/completions HTTP/1.1\r\nhost: door\r\n", headers,
                      "content-length: ", body.size(), "\r\n\r\n", body);
}

DoorCall Understand(testing::RawAnswer answer) {
  DoorCall call;
  call.answer = std::move(answer);
  if (call.header("content-type") == "text/event-stream") {
    TakeEvents(call.answer.body, call);
  } else if (call.header("content-type") == "application/json" && call.answer.whole) {
    const json::value body = json::parse(call.answer.body);
    if (const json::value* error = body.as_object().if_contains("error")) call.error = *error;
  }
  return call;
}

DoorCall CallDoor(std::uint16_t port, const std::string& body, const std::string& headers) {
  testing::RawClient client(port);
  client.Send(ChatRequestBytes(body, headers));
  return Understand(client.ReadAnswer());
}

}  // namespace spillway::e2e
