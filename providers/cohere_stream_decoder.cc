#include "providers/cohere_stream_decoder.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "providers/answer_body.h"
#include "providers/cohere_logprobs_reader.h"
#include "providers/cohere_usage_reader.h"
#include "providers/event_index.h"
#include "providers/failed_response.h"
#include "providers/json_document.h"
#include "providers/stable_hash.h"
#include "providers/struct_json.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;

// The object that `value` holds under `name`; null when there is none.
const json::object* ObjectAt(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains({name.data(), name.size()});
  return value == nullptr ? nullptr : value->if_object();
}

// A chunk of them beside the text it is of.
void ReadLogprobs(const json::object& event, v1::Delta& delta) {
  const json::value* chunks = event.if_contains("logprobs");
  if (chunks == nullptr || !chunks->is_structured()) return;
  ReadCohereLogprobs(chunks->is_array() ? chunks->get_array() : json::array({*chunks}),
                     *delta.mutable_logprobs());
}

}  // namespace

CohereStreamDecoder::CohereStreamDecoder(HttpResponse head, const StreamContext& context)
    : SseDecoder(std::move(head), context), message_(answer()) {}

void CohereStreamDecoder::OnEvent(const SseEvent& event) {
  const JsonDocument document(event.data, kMaxAnswerDepth);
  if (!document.ok()) return answer().FailUnreadable(document);
  if (FailIfError(document.root())) return;
  const json::object* object = document.root().if_object();
  if (object == nullptr) return answer().FailUnreadable("an event of the stream is no object");
  if (answer().answer().id().empty()) hash_ = StableHash(event.data, hash_);
  const json::value* type = object->if_contains("type");
  Take(type == nullptr ? event.name : AsText(*type).value_or(event.name), *object);
}

void CohereStreamDecoder::Take(std::string_view type, const json::object& event) {
  if (type == "error" || (type.empty() && ReportsError(event))) {
    return answer().Fail(ReadFailureIn(event, answer().head(), answer().context().decode));
  }
  if (type == "message-start" || type == "message-end" || type == "debug") ReadMembers(event);
  ReadPiece(type, event);
  if (type == "message-end") OnEnd(event);
}

void CohereStreamDecoder::ReadPiece(std::string_view type, const json::object& event) {
  const json::object* delta = ObjectAt(event, "delta");
  const json::object* message = delta == nullptr ? nullptr : ObjectAt(*delta, "message");
  v1::Delta piece;
  ReadLogprobs(event, piece);
  if (message != nullptr) {
    message_.Read(*message, {.index = EventIndex(event), .begins = type.ends_with("-start"), .seed = Seed()},
                  piece);
  }
  answer().Add(std::move(piece));
}

void CohereStreamDecoder::OnEnd(const json::object& event) {
  if (const json::object* delta = ObjectAt(event, "delta")) {
    if (HasError(*delta)) {
      return answer().Fail(ReadFailureIn(*delta, answer().head(), answer().context().decode));
    }
    ReadMembers(*delta);
  }
  v1::Delta last;
  message_.Finish(last);
  answer().Add(std::move(last));
  if (!finish_reason_.empty()) answer().EndChoice(0, finish_reason_);
  answer().End();
}

void CohereStreamDecoder::ReadMembers(const json::object& object) {
  for (const auto& member : object) {
    const std::string_view name = View(member.key());
    // Read elsewhere.
    if (name == "type" || name == "index" || name == "delta" || name == "message" || name == "logprobs") {
      continue;
    }
    ReadMember(name, member.value());
  }
}

void CohereStreamDecoder::ReadMember(std::string_view name, const json::value& value) {
  if (value.is_null()) return;
  if (name == "id" && value.is_string()) {
    answer().answer().set_id(std::string(View(value.get_string())));
  } else if (name == "usage" && value.is_object()) {
    v1::Usage usage;
    ReadCohereUsage(value.get_object(), usage);
    answer().usage() = std::move(usage);
  } else if (name == "finish_reason" && value.is_string()) {
    finish_reason_ = std::string(View(value.get_string()));
  } else {
    SetMember(name, value, *answer().answer().mutable_response_extra());
  }
}

std::string_view CohereStreamDecoder::Seed() {
  const std::string& id = answer().answer().id();
  if (!id.empty()) return id;
  return made_up_id_ = absl::StrCat(absl::Hex(hash_));
}

}  // namespace spillway::providers
