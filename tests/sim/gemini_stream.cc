#include "tests/sim/gemini_stream.h"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/sim/json_members.h"

namespace spillway::sim {
namespace json = boost::json;
namespace {

// Writes the events of one response's candidates.
class Writer {
 public:
  Writer(const json::object& response, GeminiStreamForm form) : response_(response), form_(form) {
    for (const char* name : {"promptTokenCount", "totalTokenCount", "promptTokensDetails"}) {
      const json::value* value = response.at("usageMetadata").as_object().if_contains(name);
      if (value != nullptr) usage_so_far_[name] = *value;
    }
    usage_so_far_["totalTokenCount"] = usage_so_far_["promptTokenCount"];
  }

  std::vector<StreamEvent> EventsOf(const json::object& candidate) const {
    std::vector<StreamEvent> events;
    const json::object* content = ObjectAt(candidate, "content");
    const json::array* parts = content == nullptr ? nullptr : ArrayAt(*content, "parts");
    // What is signed comes last in a text.
    json::object last{{"text", ""}};
    if (parts != nullptr) {
      for (const json::value& part : *parts) AddPart(candidate, part.as_object(), last, events);
    }
    json::object ending = Candidate(candidate, std::move(last));
    // Calls have nothing after them.
    if (parts != nullptr && !parts->empty() && parts->back().as_object().contains("functionCall"))
      ending.at("content").as_object().erase("parts");
    for (const char* name : {"finishReason", "finishMessage"}) {
      if (const json::value* value = candidate.if_contains(name)) ending[name] = *value;
    }
    events.push_back({Event(std::move(ending), response_.at("usageMetadata")), PieceKind::kFinish});
    return events;
  }

 private:
  static json::object Candidate(const json::object& candidate, json::object part) {
    json::array parts;
    parts.push_back(std::move(part));
    return {{"content", json::object{{"parts", std::move(parts)}, {"role", "model"}}},
            {"index", candidate.at("index")}};
  }

  std::string Event(json::object candidate, const json::value& usage) const {
    json::array candidates;
    candidates.push_back(std::move(candidate));
    const json::object chunk{{"candidates", std::move(candidates)},
                             {"usageMetadata", usage},
                             {"modelVersion", response_.at("modelVersion")},
                             {"responseId", response_.at("responseId")}};
    return form_ == GeminiStreamForm::kSse ? SseEvent(json::serialize(chunk), "", "\r\n")
                                           : json::serialize(chunk) + "\n";
  }

  void AddPart(const json::object& candidate, const json::object& part, json::object& last,
               std::vector<StreamEvent>& events) const {
    if (!part.contains("text")) {
      events.push_back({Event(Candidate(candidate, part), usage_so_far_), PieceKind::kToken});
      return;
    }
    json::object with_slot = part;
    with_slot["text"] = JsonView(EventTemplate::kSlot);
    if (const json::value* signature = part.if_contains("thoughtSignature")) {
      last["thoughtSignature"] = *signature;
      with_slot.erase("thoughtSignature");
    }
    EventTemplate event(Event(Candidate(candidate, std::move(with_slot)), usage_so_far_));
    const std::string text = TextAt(part, "text");
    for (const std::string_view word : WordsOf(text)) {
      events.push_back({std::string(event.With(word)), PieceKind::kToken});
    }
  }

  const json::object& response_;
  const GeminiStreamForm form_;
  json::object usage_so_far_;
};

// The elements of an array, put between brackets and commas.
Stream AsArray(const Stream& elements) {
  Stream stream;
  stream.ping = "\n";
  stream.garbage = ",\r\n{\"candidates\": [}\n";
  std::size_t at = 0;
  for (const StreamPiece& piece : elements.pieces) {
    const std::string_view element = std::string_view(elements.bytes).substr(at, piece.size);
    stream.Add(std::string(at == 0 ? "[" : ",\r\n").append(element), piece.kind);
    at += piece.size;
  }
  stream.Add("]", PieceKind::kEndMark);
  return stream;
}

}  // namespace

Stream GeminiStream(const json::object& response, GeminiStreamForm form) {
  Stream stream;
  stream.ping = ": keep-alive\r\n\r\n";
  stream.garbage = "data: {\"candidates\": [}\r\n\r\n";
  if (const json::array* candidates = ArrayAt(response, "candidates")) {
    const Writer writer(response, form);
    std::vector<std::vector<StreamEvent>> events;
    for (const json::value& candidate : *candidates) events.push_back(writer.EventsOf(candidate.as_object()));
    stream.AddInTurns(events);
  } else {
    // A blocked prompt.
    const std::string whole = json::serialize(response);
    stream.Add(form == GeminiStreamForm::kSse ? SseEvent(whole, "", "\r\n") : whole + "\n",
               PieceKind::kFinish);
  }
  return form == GeminiStreamForm::kSse ? stream : AsArray(stream);
}

std::string GeminiStreamError(const GeminiError& error, GeminiStreamForm form) {
  const json::object inner = json::parse(GeminiErrorBody(error)).at("error").as_object();
  std::string lines;
  for (const auto& [name, value] : inner) {
    const std::string key(name);
    absl::StrAppend(&lines, lines.empty() ? "" : ",\n", "    \"", key, "\": ", json::serialize(value));
  }
  const std::string body = absl::StrCat("{\n  \"error\": {\n", lines, "\n  }\n}\n");
  return form == GeminiStreamForm::kSse ? body : ",\r\n" + body + "]";
}

}  // namespace spillway::sim
