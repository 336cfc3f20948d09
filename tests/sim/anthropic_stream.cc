#include "tests/sim/anthropic_stream.h"

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

// The message before anything is said; its output tokens are a mere placeholder.
json::object Opening(const json::object& message) {
  json::object opening = message;
  opening["content"] = json::array();
  for (const char* name : {"stop_reason", "stop_sequence", "stop_details"}) opening[name] = nullptr;
  json::object& usage = opening.at("usage").as_object();
  usage["output_tokens"] = 1;
  usage.erase("output_tokens_details");
  return {{"type", "message_start"}, {"message", std::move(opening)}};
}

json::object Ending(const json::object& message) {
  json::object delta;
  for (const char* name : {"stop_reason", "stop_sequence", "stop_details"}) delta[name] = message.at(name);
  json::object usage;
  for (const char* name : {"input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens",
                           "output_tokens", "output_tokens_details"})
    usage[name] = message.at("usage").at(name);
  return {{"type", "message_delta"}, {"delta", std::move(delta)}, {"usage", std::move(usage)}};
}

// Writes the events of content blocks.
class Writer {
 public:
  explicit Writer(Stream* stream) : stream_(stream) {}

  void Add(const json::object& block) {
    const std::string type = TextAt(block, "type");
    if (type == "thinking") AddThought(block);
    if (type == "text") AddText(block);
    if (type == "tool_use") AddCall(block);
    stream_->Add(Event({{"type", "content_block_stop"}, {"index", index_}}));
    ++index_;
  }

 private:
  void Start(json::object block, PieceKind kind) {
    stream_->Add(
        Event({{"type", "content_block_start"}, {"index", index_}, {"content_block", std::move(block)}}),
        kind);
    if (index_ == 0) stream_->Add(stream_->ping);
  }

  std::string Delta(std::string_view type, std::string_view member, std::string_view text) const {
    json::object delta{{"type", JsonView(type)}};
    delta[JsonView(member)] = JsonView(text);
    return Event({{"type", "content_block_delta"}, {"index", index_}, {"delta", std::move(delta)}});
  }

  void AddThought(const json::object& block) {
    Start({{"type", "thinking"}, {"thinking", ""}, {"signature", ""}}, PieceKind::kPlain);
    EventTemplate event(Delta("thinking_delta", "thinking", EventTemplate::kSlot));
    const std::string thought = TextAt(block, "thinking");
    for (const std::string_view word : WordsOf(thought)) stream_->Add(event.With(word), PieceKind::kToken);
    stream_->Add(Delta("signature_delta", "signature", TextAt(block, "signature")));
  }

  void AddText(const json::object& block) {
    Start({{"type", "text"}, {"text", ""}}, PieceKind::kPlain);
    EventTemplate event(Delta("text_delta", "text", EventTemplate::kSlot));
    const std::string text = TextAt(block, "text");
    for (const std::string_view word : WordsOf(text)) stream_->Add(event.With(word), PieceKind::kToken);
  }

  // The first part of the input is empty; an empty input has no other.
  void AddCall(const json::object& block) {
    json::object head = block;
    head["input"] = json::object();
    Start(std::move(head), PieceKind::kToken);
    EventTemplate event(Delta("input_json_delta", "partial_json", EventTemplate::kSlot));
    stream_->Add(event.With(""));
    const json::object& input = block.at("input").as_object();
    const std::string arguments = input.empty() ? "" : json::serialize(input);
    for (const std::string_view part : FragmentsOf(arguments))
      stream_->Add(event.With(part), PieceKind::kToken);
  }

  Stream* const stream_;
  std::size_t index_ = 0;
};

}  // namespace

Stream AnthropicStream(const json::object& message) {
  Stream stream;
  stream.ping = SseEvent(R"({"type": "ping"})", "ping");
  stream.garbage = SseEvent(R"({"type":"content_block_delta","index":0,"del)", "content_block_delta");
  stream.Add(Event(Opening(message)));
  Writer writer(&stream);
  for (const json::value& block : message.at("content").as_array()) writer.Add(block.as_object());
  stream.Add(Event(Ending(message)), PieceKind::kFinish);
  stream.Add(Event({{"type", "message_stop"}}), PieceKind::kEndMark);
  return stream;
}

}  // namespace spillway::sim
