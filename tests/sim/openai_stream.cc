#include "tests/sim/openai_stream.h"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/sim/azure_content_filter.h"
#include "tests/sim/json_members.h"
#include "tests/sim/openai_chat.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

// Writes the events of one completion.
class Writer {
 public:
  Writer(const json::object& completion, const OpenAiStreamOptions& options)
      : completion_(completion), options_(options), azure_(completion.contains("prompt_filter_results")) {}

  Stream Write() {
    stream_.ping = ": keep-alive\n\n";
    stream_.garbage = "data: {\"id\":\"chatcmpl-\n\n";
    if (azure_) PromptResults();
    std::vector<std::vector<StreamEvent>> choices;
    for (const json::value& choice : completion_.at("choices").as_array()) {
      choices.push_back(EventsOf(choice.get_object()));
    }
    stream_.AddInTurns(choices);
    if (options_.usage) {
      json::object chunk = Frame();
      chunk["choices"] = json::array();
      chunk["usage"] = completion_.at("usage");
      Pad(chunk);
      stream_.Add(SseEvent(json::serialize(chunk)), PieceKind::kUsage);
    }
    stream_.Add(SseEvent("[DONE]"), PieceKind::kEndMark);
    return std::move(stream_);
  }

 private:
  // What every chunk begins with.
  json::object Frame() const {
    json::object chunk;
    for (const char* name : {"id", "object", "created", "model", "service_tier", "system_fingerprint"}) {
      const json::value* value = completion_.if_contains(name);
      if (value != nullptr) chunk[name] = *value;
    }
    chunk["object"] = "chat.completion.chunk";
    return chunk;
  }

  void Pad(json::object& chunk) const {
    if (options_.obfuscation) chunk["obfuscation"] = "q7Zk0";
  }

  std::string Chunk(const json::value& index, json::object delta, json::value logprobs,
                    const json::value& finish_reason) const {
    json::object choice{{"index", index}};
    const bool has_text = delta.contains("content") && finish_reason.is_null() && !delta.contains("role");
    if (azure_) choice["content_filter_results"] = has_text ? ContentFilterResults() : json::object();
    choice["delta"] = std::move(delta);
    choice["logprobs"] = std::move(logprobs);
    choice["finish_reason"] = finish_reason;
    json::object chunk = Frame();
    chunk["choices"] = json::array{std::move(choice)};
    if (options_.usage) chunk["usage"] = nullptr;
    Pad(chunk);
    return SseEvent(json::serialize(chunk));
  }

  std::string CallChunk(const json::value& index, json::object call) const {
    return Chunk(index, {{"tool_calls", json::array{std::move(call)}}}, nullptr, nullptr);
  }

  void PromptResults() {
    json::object chunk{{"choices", json::array()}, {"created", 0}, {"id", ""}, {"model", ""}, {"object", ""}};
    chunk["prompt_filter_results"] = completion_.at("prompt_filter_results");
    stream_.Add(SseEvent(json::serialize(chunk)));
  }

  std::vector<StreamEvent> EventsOf(const json::object& choice) const {
    const json::value& index = choice.at("index");
    const json::object& message = choice.at("message").as_object();
    const json::array* calls = ArrayAt(message, "tool_calls");
    json::object opening{{"role", "assistant"}};
    opening["content"] = calls == nullptr ? json::value("") : json::value();
    opening["refusal"] = nullptr;
    std::vector<StreamEvent> events;
    events.push_back({Chunk(index, std::move(opening), nullptr, nullptr)});
    if (calls != nullptr) {
      std::size_t number = 0;
      for (const json::value& call : *calls) AddCall(index, number++, call.as_object(), events);
    } else {
      AddText(choice, TextAt(message, "content"), events);
    }
    events.push_back({Chunk(index, {}, nullptr, choice.at("finish_reason")), PieceKind::kFinish});
    return events;
  }

  void AddText(const json::object& choice, const std::string& text, std::vector<StreamEvent>& events) const {
    const json::value& index = choice.at("index");
    const json::object* logprobs = ObjectAt(choice, "logprobs");
    if (logprobs != nullptr)
      return AddTextWithLogprobs(index, text, logprobs->at("content").as_array(), events);
    EventTemplate event(Chunk(index, {{"content", JsonView(EventTemplate::kSlot)}}, nullptr, nullptr));
    for (const std::string_view word : WordsOf(text)) {
      events.push_back({std::string(event.With(word)), PieceKind::kToken});
    }
  }

  void AddTextWithLogprobs(const json::value& index, const std::string& text, const json::array& logprobs,
                           std::vector<StreamEvent>& events) const {
    std::size_t number = 0;
    for (const std::string_view word : WordsOf(text)) {
      json::object of_word{{"content", json::array{logprobs.at(number++)}}, {"refusal", nullptr}};
      events.push_back(
          {Chunk(index, {{"content", JsonView(word)}}, std::move(of_word), nullptr), PieceKind::kToken});
    }
  }

  // The first part names the call, the others bring its arguments.
  void AddCall(const json::value& index, std::size_t number, const json::object& call,
               std::vector<StreamEvent>& events) const {
    const json::object& function = call.at("function").as_object();
    json::object head{{"index", number}, {"id", call.at("id")}, {"type", "function"}};
    head["function"] = json::object{{"name", function.at("name")}, {"arguments", ""}};
    events.push_back({CallChunk(index, std::move(head)), PieceKind::kToken});
    EventTemplate event(CallChunk(
        index,
        {{"index", number}, {"function", json::object{{"arguments", JsonView(EventTemplate::kSlot)}}}}));
    const std::string arguments = TextAt(function, "arguments");
    for (const std::string_view fragment : FragmentsOf(arguments)) {
      events.push_back({std::string(event.With(fragment)), PieceKind::kToken});
    }
  }

  const json::object& completion_;
  const OpenAiStreamOptions options_;
  const bool azure_;
  Stream stream_;
};

}  // namespace

std::optional<OpenAiStreamOptions> OpenAiStreamOptionsOf(const json::object& chat) {
  if (!IsTrue(chat, "stream")) return std::nullopt;
  const json::object* options = ObjectAt(chat, "stream_options");
  if (options == nullptr) return OpenAiStreamOptions{.obfuscation = true};
  return OpenAiStreamOptions{
      .usage = IsTrue(*options, "include_usage"),
      .obfuscation = !options->contains("include_obfuscation") || IsTrue(*options, "include_obfuscation")};
}

Stream OpenAiStream(const json::object& completion, const OpenAiStreamOptions& options) {
  return Writer(completion, options).Write();
}

ApiAnswer OpenAiAnswer(const json::object& chat, const json::object& completion) {
  std::optional<OpenAiStreamOptions> options = OpenAiStreamOptionsOf(chat);
  if (!options) return JsonAnswer(completion);
  // Azure does not pad.
  if (completion.contains("prompt_filter_results")) options->obfuscation = false;
  return StreamAnswer(OpenAiStream(completion, *options), "text/event-stream; charset=utf-8");
}

}  // namespace spillway::sim
