#include "tests/sim/cohere_stream.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "tests/sim/json_members.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

std::string Event(const json::object& data) { return SseEvent(json::serialize(data), TextAt(data, "type")); }

// An event whose delta brings a part of the message.
std::string Part(std::string_view type, json::object message) {
  return Event({{"type", JsonView(type)}, {"delta", json::object{{"message", std::move(message)}}}});
}

std::string Part(std::string_view type, std::size_t index, json::object message) {
  return Event(
      {{"type", JsonView(type)}, {"index", index}, {"delta", json::object{{"message", std::move(message)}}}});
}

std::string End(std::string_view type, std::size_t index) {
  return Event({{"type", JsonView(type)}, {"index", index}});
}

void AddWords(const std::string& text, std::string_view event, Stream& stream) {
  EventTemplate filled(event);
  for (const std::string_view word : WordsOf(text)) stream.Add(filled.With(word), PieceKind::kToken);
}

// A text or a thought.
void AddContent(const json::object& block, std::size_t index, Stream& stream) {
  const std::string type = TextAt(block, "type");
  json::object head{{"type", type}};
  head[type] = "";
  stream.Add(Part("content-start", index, {{"content", std::move(head)}}));
  json::object part;
  part[type] = JsonView(EventTemplate::kSlot);
  AddWords(TextAt(block, type), Part("content-delta", index, {{"content", std::move(part)}}), stream);
  stream.Add(End("content-end", index));
}

void AddCall(const json::object& call, std::size_t index, Stream& stream) {
  json::object head = call;
  head.at("function").as_object()["arguments"] = "";
  stream.Add(Part("tool-call-start", index, {{"tool_calls", std::move(head)}}), PieceKind::kToken);
  json::object part{{"function", json::object{{"arguments", JsonView(EventTemplate::kSlot)}}}};
  EventTemplate event(Part("tool-call-delta", index, {{"tool_calls", std::move(part)}}));
  const std::string arguments = TextAt(call.at("function").as_object(), "arguments");
  for (const std::string_view fragment : FragmentsOf(arguments))
    stream.Add(event.With(fragment), PieceKind::kToken);
  stream.Add(End("tool-call-end", index));
}

void AddMessage(const json::object& message, Stream& stream) {
  std::size_t index = 0;
  if (const json::array* content = ArrayAt(message, "content")) {
    for (const json::value& block : *content) AddContent(block.as_object(), index++, stream);
  }
  const std::string plan = TextAt(message, "tool_plan");
  AddWords(plan, Part("tool-plan-delta", {{"tool_plan", JsonView(EventTemplate::kSlot)}}), stream);
  const json::array* calls = ArrayAt(message, "tool_calls");
  if (calls == nullptr) return;
  index = 0;
  for (const json::value& call : *calls) AddCall(call.as_object(), index++, stream);
}

}  // namespace

Stream CohereStream(const json::object& answer) {
  Stream stream;
  stream.ping = ": keep-alive\n\n";
  stream.garbage = SseEvent(R"({"type":"content-delta","index":0,"del)", "content-delta");
  json::object opening{{"role", "assistant"},
                       {"content", json::array()},
                       {"tool_plan", ""},
                       {"tool_calls", json::array()},
                       {"citations", json::array()}};
  stream.Add(Event({{"id", answer.at("id")},
                    {"type", "message-start"},
                    {"delta", json::object{{"message", std::move(opening)}}}}));
  AddMessage(answer.at("message").as_object(), stream);
  json::object delta{{"finish_reason", answer.at("finish_reason")}, {"usage", answer.at("usage")}};
  stream.Add(Event({{"type", "message-end"}, {"delta", std::move(delta)}}), PieceKind::kFinish);
  stream.Add(SseEvent("[DONE]"), PieceKind::kEndMark);
  return stream;
}

std::string CohereStreamError(const CohereError& error) {
  json::object delta{{"finish_reason", "ERROR"}, {"usage", json::object()}, {"error", error.message}};
  if (!error.error_type.empty()) delta["error_type"] = error.error_type;
  return Event({{"type", "message-end"}, {"delta", std::move(delta)}}) + SseEvent("[DONE]");
}

}  // namespace spillway::sim
