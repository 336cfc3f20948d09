#include "tests/sim/mistral_stream.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/sim/json_members.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

// Writes the events of one answer's choices.
class Writer {
 public:
  explicit Writer(const json::object& answer) : answer_(answer) {}

  std::vector<StreamEvent> EventsOf(const json::object& choice, bool is_last) const {
    const json::object& message = choice.at("message").as_object();
    const json::value& index = choice.at("index");
    std::vector<StreamEvent> events;
    events.push_back({Event(Chunk(index, {{"role", "assistant"}, {"content", ""}}, nullptr))});
    if (const json::array* blocks = ArrayAt(message, "content")) {
      for (const json::value& block : *blocks) AddBlock(index, block.as_object(), events);
    } else {
      AddWords(index, TextAt(message, "content"), JsonView(EventTemplate::kSlot), events);
    }
    const json::array* calls = ArrayAt(message, "tool_calls");
    if (calls != nullptr)
      events.push_back({Event(Chunk(index, {{"tool_calls", *calls}}, nullptr)), PieceKind::kToken});
    json::object last = Chunk(index, {{"content", ""}}, choice.at("finish_reason"));
    if (is_last) last["usage"] = answer_.at("usage");
    events.push_back({Event(std::move(last)), PieceKind::kFinish});
    return events;
  }

 private:
  json::object Chunk(const json::value& index, json::object delta, const json::value& finish_reason) const {
    json::object choice{{"index", index}, {"delta", std::move(delta)}, {"finish_reason", finish_reason}};
    json::array choices;
    choices.push_back(std::move(choice));
    return {{"id", answer_.at("id")},
            {"object", "chat.completion.chunk"},
            {"created", answer_.at("created")},
            {"model", answer_.at("model")},
            {"choices", std::move(choices)}};
  }

  // With the padding that hides a token's length.
  static std::string Event(json::object chunk) {
    chunk["p"] = "abcdefghijkl";
    return SseEvent(json::serialize(chunk));
  }

  // `content` has the slot for a word in it.
  void AddWords(const json::value& index, const std::string& text, const json::value& content,
                std::vector<StreamEvent>& events) const {
    EventTemplate event(Event(Chunk(index, {{"content", content}}, nullptr)));
    for (const std::string_view word : WordsOf(text)) {
      events.push_back({std::string(event.With(word)), PieceKind::kToken});
    }
  }

  // A thought or a text of a content that is a list.
  void AddBlock(const json::value& index, const json::object& block, std::vector<StreamEvent>& events) const {
    const json::array* thinking = ArrayAt(block, "thinking");
    if (thinking == nullptr)
      return AddWords(index, TextAt(block, "text"), JsonView(EventTemplate::kSlot), events);
    json::object with_slot = block;
    with_slot["thinking"].as_array().at(0).as_object()["text"] = JsonView(EventTemplate::kSlot);
    json::array content;
    content.push_back(std::move(with_slot));
    AddWords(index, TextAt(thinking->at(0).as_object(), "text"), content, events);
  }

  const json::object& answer_;
};

}  // namespace

Stream MistralStream(const json::object& answer) {
  const json::array& choices = answer.at("choices").as_array();
  const Writer writer(answer);
  std::vector<std::vector<StreamEvent>> events;
  for (const json::value& choice : choices) {
    events.push_back(writer.EventsOf(choice.as_object(), events.size() + 1 == choices.size()));
  }
  Stream stream;
  stream.ping = ": keep-alive\n\n";
  stream.garbage = "data: {\"id\":\"\n\n";
  stream.AddInTurns(events);
  stream.Add(SseEvent("[DONE]"), PieceKind::kEndMark);
  return stream;
}

}  // namespace spillway::sim
