#include "tests/replay/joined_stream.h"

#include <algorithm>
#include <string>

#include "providers/json_document.h"
#include "tests/replay/joined_pieces.h"
#include "tests/replay/replay.h"

namespace spillway::replay {
namespace {

namespace json = boost::json;

EventData DataOf(const std::vector<RecordedEvent>& events) {
  EventData out;
  for (const RecordedEvent& event : events) {
    const providers::JsonDocument document(event.data);
    if (!document.root().is_object()) continue;
    json::object data(document.root().get_object(), json::storage_ptr());
    if (!event.name.empty()) data[":type"] = event.name;
    out.push_back(std::move(data));
  }
  return out;
}

// Where an API keeps its choices, if it can have several, and the word for the end of each.
struct EndWord {
  const char* choices;
  const char* name;
  const char* good;
};

EndWord EndWordOf(v1::Api api) {
  switch (api) {
    case v1::API_ANTHROPIC:
      return {"", "stop_reason", "end_turn"};
    case v1::API_COHERE:
      return {"", "finish_reason", "COMPLETE"};
    case v1::API_BEDROCK:
      return {"", "stopReason", "end_turn"};
    case v1::API_GEMINI:
      return {"candidates", "finishReason", "STOP"};
    default:
      return {"choices", "finish_reason", "stop"};
  }
}

}  // namespace

json::object Join(v1::Api api, const std::vector<RecordedEvent>& events) {
  EventData data = DataOf(events);
  if (api == v1::API_BEDROCK) return JoinBedrock(data);
  for (json::object& event : data) event.erase(":type");
  switch (api) {
    case v1::API_ANTHROPIC:
      return JoinAnthropic(data);
    case v1::API_COHERE:
      return JoinCohere(data);
    case v1::API_GEMINI:
      return JoinGemini(data);
    default:
      return JoinOpenAi(data);
  }
}

json::object JoinedBody(const Recording& recording) {
  return Join(ApiOf(recording).value(), EventsOf(recording.response.body, FramingOf(recording)));
}

std::size_t EndedChoices(v1::Api api, const json::object& body) {
  const EndWord end = EndWordOf(api);
  const auto ended = [&end](const json::value& choice) { return !TextIn(choice, end.name).empty(); };
  if (*end.choices == '\0') return ended(body) ? 1 : 0;
  const json::value& choices = In(body, end.choices);
  if (!choices.is_array()) return 0;
  const json::array& all = choices.get_array();
  return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), ended));
}

void EndChoices(v1::Api api, json::object& body) {
  const EndWord end = EndWordOf(api);
  const auto end_one = [&end](json::object& choice) {
    if (TextIn(choice, end.name).empty()) choice[end.name] = end.good;
  };
  if (*end.choices == '\0') return end_one(body);
  json::value* choices = body.if_contains(end.choices);
  if (choices == nullptr || !choices->is_array()) return;
  for (auto& choice : choices->get_array()) end_one(choice.as_object());
}

}  // namespace spillway::replay
