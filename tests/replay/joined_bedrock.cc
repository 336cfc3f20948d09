#include <map>
#include <string>

#include "providers/json_document.h"
#include "tests/replay/joined_pieces.h"
#include "tests/replay/joined_stream.h"

namespace spillway::replay {
namespace {

namespace json = boost::json;

// Input of tools as text, by the index of the block.
using Inputs = std::map<std::size_t, std::string>;

std::size_t BlockIndex(const json::object& event) {
  return static_cast<std::size_t>(providers::AsWhole(In(event, "contentBlockIndex")).value_or(0));
}

void AddDelta(const json::object& event, json::object& block, Inputs& inputs) {
  const json::value& delta = In(event, "delta");
  AddText("text", In(delta, "text"), block);
  inputs[BlockIndex(event)] += TextIn(In(delta, "toolUse"), "input");
  const json::value& reasoning = In(delta, "reasoningContent");
  if (!reasoning.is_object()) return;
  json::object& whole = ObjectIn("reasoningContent", block);
  AddText("redactedContent", In(reasoning, "redactedContent"), whole);
  for (const char* name : {"text", "signature"}) {
    if (In(reasoning, name).is_string()) AddText(name, In(reasoning, name), ObjectIn("reasoningText", whole));
  }
}

}  // namespace

json::object JoinBedrock(const EventData& events) {
  json::object body;
  json::value content = json::array();
  Inputs inputs;
  for (json::object event : events) {
    const std::string type = TextIn(event, ":type");
    event.erase(":type");
    // Padding.
    event.erase("p");
    if (type == "contentBlockStart") {
      Merge(In(event, "start").as_object(), ElementAt(BlockIndex(event), content));
    } else if (type == "contentBlockDelta") {
      AddDelta(event, ElementAt(BlockIndex(event), content), inputs);
    } else if (type == "messageStop" || type == "metadata") {
      Merge(event, body);
    } else if (type != "messageStart" && type != "contentBlockStop") {
      body["error"] = event;
    }
  }
  for (auto& block : content.get_array()) {
    json::value* use = block.as_object().if_contains("toolUse");
    if (use == nullptr) continue;
    const std::string& input = inputs[static_cast<std::size_t>(&block - content.get_array().data())];
    use->as_object()["input"] = Parsed(input);
  }
  ObjectIn("message", ObjectIn("output", body)) = {{"role", "assistant"}, {"content", content}};
  return body;
}

}  // namespace spillway::replay
