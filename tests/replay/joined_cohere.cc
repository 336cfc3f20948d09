#include <string>
#include <utility>

#include "tests/replay/joined_pieces.h"
#include "tests/replay/joined_stream.h"

namespace spillway::replay {

namespace json = boost::json;

json::object JoinCohere(const EventData& events) {
  json::object body;
  json::object message;
  const auto lists = [&message](const char* name) -> json::value& { return message[name]; };
  for (const json::object& event : events) {
    const std::string type = TextIn(event, "type");
    const json::value& piece = In(In(event, "delta"), "message");
    if (type == "message-start") {
      body["id"] = In(event, "id");
      Merge(piece.as_object(), message);
    } else if (type == "content-start" || type == "content-delta") {
      json::object& part = ElementAt(IndexIn(event), lists("content"));
      const json::value& content = In(piece, "content");
      if (type == "content-start") part["type"] = In(content, "type");
      for (const char* name : {"text", "thinking"}) AddText(name, In(content, name), part);
    } else if (type == "tool-plan-delta") {
      AddText("tool_plan", In(piece, "tool_plan"), message);
    } else if (type == "tool-call-start") {
      Merge(In(piece, "tool_calls").as_object(), ElementAt(IndexIn(event), lists("tool_calls")));
    } else if (type == "tool-call-delta") {
      json::object& call = ElementAt(IndexIn(event), lists("tool_calls"));
      AddText("arguments", In(In(In(piece, "tool_calls"), "function"), "arguments"),
              ObjectIn("function", call));
    } else if (type == "citation-start") {
      Merge({{"citations", json::array{In(piece, "citations")}}}, message);
    } else if (type == "message-end") {
      Merge(In(event, "delta").as_object(), body);
    }
  }
  body["message"] = std::move(message);
  return body;
}

}  // namespace spillway::replay
