#include "providers/event_decoder.h"

#include "providers/answer_body.h"
#include "providers/error_body.h"
#include "providers/failed_response.h"
#include "providers/json_document.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;

constexpr std::string_view kDone = "[DONE]";

// The object of an event: itself, or the one element of a list, as Google wraps errors.
const json::object* ObjectOf(const json::value& event) {
  const json::array* list = event.if_array();
  return list != nullptr && list->size() == 1 ? list->front().if_object() : event.if_object();
}

bool IsBlank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == text.npos; }

// An error that is named as one: whatever it is, it is no answer.
void FailNamed(std::string_view text, StreamedAnswer& answer) {
  answer.Fail(MakeFailure(ParseErrorBody(text), answer.head(), answer.context().decode));
}

// Text in the place of events: an error as the provider would answer it whole, or nothing one can read.
void FailStray(std::string_view text, StreamedAnswer& answer) {
  const JsonDocument document(text);
  if (!document.ok() && document.truncated()) return answer.FailUnreadable(document);
  const json::object* object = document.ok() ? ObjectOf(document.root()) : nullptr;
  if (object != nullptr && (HasError(*object) || ReportsError(*object))) {
    return answer.Fail(ReadFailureIn(document.root(), answer.head(), answer.context().decode));
  }
  answer.FailUnreadable("there is text in the stream that is no event");
}

}  // namespace

StreamState EventDecoder::Feed(std::string_view bytes, std::vector<v1::Delta>& deltas) {
  if (!answer_.open()) return answer_.state();
  answer_.GiveOutTo(deltas);
  Read(bytes);
  return answer_.state();
}

StreamState EventDecoder::Finish(std::vector<v1::Delta>& deltas) {
  if (!answer_.open()) return answer_.state();
  answer_.GiveOutTo(deltas);
  answer_.BytesEnded();
  ReadEnd();
  answer_.End();
  return answer_.state();
}

bool EventDecoder::FailIfError(const json::value& event) {
  const json::object* object = ObjectOf(event);
  if (object == nullptr || !HasError(*object)) return false;
  answer_.Fail(ReadFailureIn(event, answer_.head(), answer_.context().decode));
  return true;
}

void SseDecoder::Read(std::string_view bytes) {
  const auto take = [this](const SseEvent& event) { return Take(event); };
  if (!reader_.Feed(bytes, take)) answer().FailUnreadable("an event of the stream is too large");
}

void SseDecoder::ReadEnd() {
  reader_.Finish([this](const SseEvent& event) {
    // An end mark that is cut off says no more than the end of the bytes.
    const bool cut_off = event.stray.empty() && kDone.starts_with(event.data);
    return cut_off || Take(event);
  });
}

bool SseDecoder::Take(const SseEvent& event) {
  if (!event.stray.empty()) {
    FailStray(event.stray, answer());
  } else if (event.data.starts_with(kDone)) {
    answer().End();
  } else if (event.name == "error") {
    FailNamed(event.data, answer());
  } else if (!IsBlank(event.data)) {
    OnEvent(event);
  }
  return answer().open();
}

}  // namespace spillway::providers
