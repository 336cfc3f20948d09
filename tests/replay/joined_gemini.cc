#include "tests/replay/joined_pieces.h"
#include "tests/replay/joined_stream.h"

namespace spillway::replay {
namespace {

namespace json = boost::json;

void AddCandidate(const json::object& piece, json::object& candidate) {
  for (const auto& member : piece) {
    if (member.key() == "content") {
      Merge(member.value().as_object(), ObjectIn("content", candidate));
    } else {
      candidate[member.key()] = member.value();
    }
  }
}

}  // namespace

json::object JoinGemini(const EventData& events) {
  json::object body;
  for (const json::object& event : events) {
    for (const auto& member : event) {
      if (member.key() != "candidates") body[member.key()] = member.value();
    }
    if (!In(event, "candidates").is_array()) continue;
    for (const auto& piece : In(event, "candidates").get_array()) {
      AddCandidate(piece.as_object(), ElementAt(IndexIn(piece), body["candidates"]));
    }
  }
  return body;
}

}  // namespace spillway::replay
