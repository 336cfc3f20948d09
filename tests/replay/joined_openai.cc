#include <string_view>

#include "tests/replay/joined_pieces.h"
#include "tests/replay/joined_stream.h"

namespace spillway::replay {
namespace {

namespace json = boost::json;

bool IsText(std::string_view name) {
  return name == "content" || name == "refusal" || name == "reasoning" || name == "reasoning_content";
}

void AddCall(const json::object& piece, json::object& call) {
  for (const auto& member : piece) {
    if (member.key() == "index") continue;
    if (member.key() == "function" || member.key() == "custom") {
      json::object& function = ObjectIn(member.key(), call);
      for (const char* name : {"arguments", "input"}) AddText(name, In(member.value(), name), function);
      if (function["name"].is_null()) function["name"] = In(member.value(), "name");
    } else if (!call.contains(member.key())) {
      call[member.key()] = member.value();
    }
  }
}

void AddCalls(const json::value& pieces, json::value& calls) {
  if (!pieces.is_array()) return;
  for (const auto& piece : pieces.get_array()) {
    const std::size_t next = calls.is_array() ? calls.get_array().size() : 0;
    AddCall(piece.as_object(), ElementAt(In(piece, "index").is_null() ? next : IndexIn(piece), calls));
  }
}

// Pieces of one part, of a list of parts, are its text and what came with it.
bool Continues(const json::object& piece, const json::object& part) {
  return TextIn(piece, "type") == TextIn(part, "type") && In(piece, "index") == In(part, "index");
}

void AddPart(const json::object& piece, json::array& parts) {
  if (parts.empty() || !Continues(piece, parts.back().as_object())) {
    parts.push_back(piece);
    return;
  }
  json::object& part = parts.back().as_object();
  for (const auto& member : piece) {
    if (member.key() == "text") {
      AddText("text", member.value(), part);
    } else if (member.key() == "thinking" && member.value().is_array() && part["thinking"].is_array()) {
      for (const auto& thought : member.value().get_array()) {
        AddPart(thought.as_object(), part["thinking"].get_array());
      }
    } else if (!member.value().is_null()) {
      part[member.key()] = member.value();
    }
  }
}

// As a list of parts: Mistral's content, OpenRouter's reasoning_details.
void AddParts(const json::value& pieces, json::value& parts) {
  if (!parts.is_array()) parts = json::array();
  if (pieces.is_string()) return AddPart({{"type", "text"}, {"text", pieces}}, parts.get_array());
  for (const auto& piece : pieces.as_array()) AddPart(piece.as_object(), parts.get_array());
}

void AddMessage(const json::object& delta, json::object& message) {
  json::object rest;
  for (const auto& member : delta) {
    if (member.key() == "tool_calls") {
      AddCalls(member.value(), message["tool_calls"]);
    } else if (IsText(member.key()) && member.value().is_string() && !message[member.key()].is_array()) {
      AddText(member.key(), member.value(), message);
    } else if (member.key() == "reasoning_details" ||
               (member.key() == "content" && !member.value().is_null())) {
      AddParts(member.value(), message[member.key()]);
    } else {
      rest[member.key()] = member.value();
    }
  }
  Merge(rest, message);
}

void AddChoice(const json::object& piece, json::object& choice) {
  json::object rest;
  for (const auto& member : piece) {
    if (member.key() == "delta") {
      AddMessage(member.value().as_object(), ObjectIn("message", choice));
    } else if (member.key() == "text" || (member.key() == "finish_reason" && member.value() == "")) {
      // Together's delta again.
      continue;
    } else {
      rest[member.key()] = member.value();
    }
  }
  Merge(rest, choice);
}

bool IsPadding(json::string_view name) { return name == "obfuscation" || name == "p"; }

bool IsSaidOnce(json::string_view name) { return name == "id" || name == "model" || name == "created"; }

// Of the answer's own members the latest that says something counts, of its name the first; usage and lists
// are whole each time.
void AddMember(json::string_view name, const json::value& value, json::object& body) {
  if (value.is_null() || value == "" || value == 0 || IsPadding(name)) return;
  if (IsSaidOnce(name) && body.contains(name)) return;
  if (value.is_object() && body[name].is_object() && name != "usage") {
    Merge(value.get_object(), body[name].get_object());
  } else {
    body[name] = value;
  }
}

// Groq says its usage in two places, once in this one only.
void MoveGroqsUsage(json::object& body) {
  json::value* groq = body.if_contains("x_groq");
  if (groq == nullptr || In(*groq, "usage").is_null()) return;
  if (!body.contains("usage")) body["usage"] = In(*groq, "usage");
  groq->as_object().erase("usage");
}

}  // namespace

json::object JoinOpenAi(const EventData& events) {
  json::object body;
  for (const json::object& event : events) {
    for (const auto& member : event) {
      if (member.key() != "choices") AddMember(member.key(), member.value(), body);
    }
    json::value& choices = body["choices"];
    if (!In(event, "choices").is_array()) continue;
    for (const auto& piece : In(event, "choices").get_array()) {
      AddChoice(piece.as_object(), ElementAt(IndexIn(piece), choices));
    }
  }
  MoveGroqsUsage(body);
  return body;
}

}  // namespace spillway::replay
