#include <map>
#include <string>

#include "tests/replay/joined_pieces.h"
#include "tests/replay/joined_stream.h"

namespace spillway::replay {
namespace {

namespace json = boost::json;

// Input of tools as text, by the index of the block.
using Inputs = std::map<std::size_t, std::string>;

void AddDelta(const json::object& event, json::object& block, Inputs& inputs) {
  const json::value& delta = In(event, "delta");
  for (const char* name : {"text", "thinking", "signature"}) AddText(name, In(delta, name), block);
  inputs[IndexIn(event)] += TextIn(delta, "partial_json");
  const json::value& citation = In(delta, "citation");
  if (!citation.is_null()) Merge({{"citations", json::array{citation}}}, block);
}

}  // namespace

json::object JoinAnthropic(const EventData& events) {
  json::object body;
  json::value content = json::array();
  Inputs inputs;
  for (const json::object& event : events) {
    const std::string type = TextIn(event, "type");
    if (type == "message_start") body = In(event, "message").as_object();
    if (type == "content_block_start") {
      Merge(In(event, "content_block").as_object(), ElementAt(IndexIn(event), content));
    }
    if (type == "content_block_delta") AddDelta(event, ElementAt(IndexIn(event), content), inputs);
    if (type == "error") body["error"] = In(event, "error");
    if (type != "message_delta") continue;
    for (const auto& member : event) {
      if (member.key() == "delta") Merge(member.value().as_object(), body);
      if (member.key() != "delta" && member.key() != "type") Merge({{member.key(), member.value()}}, body);
    }
  }
  for (const auto& [index, input] : inputs) {
    if (!input.empty()) ElementAt(index, content)["input"] = Parsed(input);
  }
  body["content"] = std::move(content);
  return body;
}

}  // namespace spillway::replay
