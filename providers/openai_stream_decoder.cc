#include "providers/openai_stream_decoder.h"

#include <cstdint>
#include <limits>
#include <string>

#include "providers/answer_body.h"
#include "providers/failed_response.h"
#include "providers/json_document.h"
#include "providers/openai_logprobs_reader.h"
#include "providers/openai_usage_reader.h"
#include "providers/scoped_extra.h"
#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;
using google::protobuf::Struct;
using google::protobuf::Value;

constexpr char kUsage[] = "usage";

bool IsEmpty(const json::value& value) {
  if (const json::array* list = value.if_array()) return list->empty();
  if (const json::object* object = value.if_object()) return object->empty();
  return value.is_null() || AsText(value) == "";
}

// The latest replaces what was said before, unless it says nothing; an object does so member by member.
void KeepLatest(std::string_view name, const json::value& value, Struct& out) {
  Value& kept = (*out.mutable_fields())[std::string(name)];
  if (kept.kind_case() != Value::KIND_NOT_SET && IsEmpty(value)) return;
  if (kept.has_struct_value() && value.is_object()) {
    for (const auto& member : value.get_object()) {
      KeepLatest(View(member.key()), member.value(), *kept.mutable_struct_value());
    }
    return;
  }
  kept.Clear();
  ReadValue(value, kept);
}

std::string_view TextIn(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains({name.data(), name.size()});
  return value == nullptr ? std::string_view() : AsText(*value).value_or("");
}

const json::object* ObjectIn(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains({name.data(), name.size()});
  return value == nullptr ? nullptr : value->if_object();
}

int IndexOf(const json::object& choice, int position) {
  const json::value* value = choice.if_contains("index");
  const auto index = value == nullptr ? std::nullopt : AsWhole(*value);
  const bool fits = index && *index >= 0 && *index <= std::numeric_limits<std::int32_t>::max();
  return fits ? static_cast<int>(*index) : position;
}

// The members of a chunk that are null when they have nothing to say.
bool IsField(std::string_view name) {
  return name == "id" || name == "model" || name == "created" || name == kUsage || name == "service_tier" ||
         name == "system_fingerprint" || name == "object";
}

// What a choice holds that is read elsewhere, or is nothing but the delta again: Perplexity gives the whole
// message so far with every piece, Together its text.
bool IsKnown(std::string_view name, const json::value& value) {
  if (name == "index" || name == "delta" || name == "message" || name == "text") return true;
  return (name == "finish_reason" && (value.is_string() || value.is_null())) ||
         (name == "logprobs" && (value.is_object() || value.is_null()));
}

}  // namespace

void OpenAiStreamDecoder::OnEvent(const SseEvent& event) {
  const JsonDocument document(event.data, kMaxAnswerDepth);
  if (!document.ok()) return answer().FailUnreadable(document);
  if (FailIfError(document.root())) return;
  const json::object* chunk = document.root().if_object();
  if (chunk == nullptr) return answer().FailUnreadable("an event of the stream is no object");
  ReadChunk(*chunk, event.data);
}

void OpenAiStreamDecoder::ReadChunk(const json::object& chunk, std::string_view text) {
  const json::value* choices = chunk.if_contains("choices");
  if (choices == nullptr && ReportsError(chunk)) {
    return answer().Fail(ReadFailureIn(chunk, answer().head(), answer().context().decode));
  }
  if (choices != nullptr && !choices->is_array() && !choices->is_null()) {
    return answer().FailUnreadable("the choices of an event are no list");
  }
  // Some give every piece a finish reason and a usage: an end that comes with the first token is not believed
  // yet.
  const bool spoke = answer().spoke();
  for (const auto& member : chunk) ReadMember(View(member.key()), member.value());
  if (choices != nullptr && choices->is_array()) {
    int position = 0;
    for (const json::value& choice : choices->get_array()) {
      if (answer().open()) ReadChoice(choice, position++, text);
    }
  }
  if (ReadUsage(chunk) && spoke) answer().EndIfWhole();
}

void OpenAiStreamDecoder::ReadMember(std::string_view name, const json::value& value) {
  v1::Finish& out = answer().answer();
  const auto text = AsText(value);
  if (name == "choices" || ((name == "object" || name == "obfuscation" || name == "p") && text)) return;
  if (name == "id" && text) {
    if (out.id().empty()) out.set_id(std::string(*text));
  } else if (name == "model" && text) {
    if (out.model().empty()) out.set_model(std::string(*text));
  } else if (name == "created" && AsWhole(value)) {
    if (out.created() == 0) out.set_created(*AsWhole(value));
  } else if (name == "service_tier" && text) {
    if (*text != out.service_tier() && !text->empty()) out.set_service_tier(std::string(*text));
  } else if (name == "system_fingerprint" && text) {
    if (*text != out.system_fingerprint() && !text->empty()) out.set_system_fingerprint(std::string(*text));
  } else if (name == "x_groq" && value.is_object()) {
    ReadGroq(value.get_object());
  } else if (!(IsField(name) && (value.is_null() || name == kUsage))) {
    KeepLatest(name, value, *out.mutable_response_extra());
  }
}

void OpenAiStreamDecoder::ReadGroq(const json::object& groq) {
  if (HasError(groq)) {
    return answer().Fail(ReadFailureIn(groq, answer().head(), answer().context().decode));
  }
  for (const auto& member : groq) {
    if (member.key() == kUsage) continue;
    Value& kept = (*answer().answer().mutable_response_extra()->mutable_fields())["x_groq"];
    KeepLatest(View(member.key()), member.value(), *kept.mutable_struct_value());
  }
}

bool OpenAiStreamDecoder::ReadUsage(const json::object& chunk) {
  const json::object* usage = ObjectIn(chunk, kUsage);
  const json::object* groq = ObjectIn(chunk, "x_groq");
  if (usage == nullptr && groq != nullptr) usage = ObjectIn(*groq, kUsage);
  if (usage == nullptr || usage->empty()) return false;
  answer().usage().Clear();
  ReadOpenAiUsage(*usage, answer().usage());
  return true;
}

void OpenAiStreamDecoder::ReadChoice(const json::value& value, int position, std::string_view text) {
  if (!value.is_object()) return answer().FailUnreadable("a choice is no object");
  const json::object& choice = value.get_object();
  if (HasError(choice)) {
    return answer().Fail(ReadFailureIn(value, answer().head(), answer().context().decode));
  }
  const int index = IndexOf(choice, position);
  for (const auto& member : choice) {
    const std::string_view name = View(member.key());
    if (IsKnown(name, member.value())) continue;
    KeepLatest(name, member.value(), *answer().finish(index).mutable_extra());
  }
  const std::string_view finish_reason = TextIn(choice, "finish_reason");
  ReadDelta(choice, !finish_reason.empty(), index, text);
  if (!finish_reason.empty()) answer().EndChoice(index, finish_reason);
}

void OpenAiStreamDecoder::ReadDelta(const json::object& choice, bool ended, int index,
                                    std::string_view text) {
  OpenAiDeltaReader& reader = readers_.try_emplace(index, index).first->second;
  v1::Delta out;
  out.set_choice_index(index);
  if (const json::object* logprobs = ObjectIn(choice, "logprobs")) {
    ReadOpenAiLogprobs(*logprobs, *out.mutable_logprobs());
  }
  const json::object* delta = ObjectIn(choice, "delta");
  // A server that has no delta left to give, or none at all.
  if (delta == nullptr) delta = ObjectIn(choice, "message");
  const std::string& id = answer().answer().id();
  std::string problem;
  if (delta != nullptr && !reader.Read(*delta, id.empty() ? text : std::string_view(id), out, problem)) {
    return answer().FailUnreadable(problem);
  }
  if (ended) reader.TakeHeld(out);
  if (scope_) ScopeExtras(*scope_, out);
  answer().Add(std::move(out));
}

}  // namespace spillway::providers
