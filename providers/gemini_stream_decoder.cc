#include "providers/gemini_stream_decoder.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "providers/answer_members.h"
#include "providers/choice_end.h"
#include "providers/gemini_answer_reader.h"
#include "providers/json_document.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;

constexpr std::string_view kSpace = " \t\r\n";
// Not Google's, but of what stands before it.
constexpr std::string_view kDone = "[DONE]";

}  // namespace

void GeminiStreamDecoder::Read(std::string_view bytes) {
  if (form_ == Form::kUnknown) {
    const std::size_t first = bytes.find_first_not_of(kSpace);
    if (first == bytes.npos) return;
    form_ = bytes[first] == '[' ? Form::kList : Form::kEvents;
  }
  if (form_ == Form::kList) return ReadList(bytes);
  const auto take = [this](const SseEvent& event) { return TakeEvent(event); };
  if (!events_.Feed(bytes, take)) answer().FailUnreadable("an event of the stream is too large");
}

void GeminiStreamDecoder::ReadList(std::string_view bytes) {
  const bool read = list_.Feed(bytes, [this](std::string_view element) { return TakeChunk(element); });
  if (!answer().open()) return;
  if (!read) {
    answer().FailUnreadable(absl::StrCat("the stream is no list: ", std::string(list_.problem())));
  } else if (list_.closed()) {
    Conclude();
    answer().End();
  }
}

void GeminiStreamDecoder::ReadEnd() {
  if (form_ == Form::kList) {
    // The bracket is missing: only what has ended without it has ended.
    for (auto& [index, candidate] : candidates_) candidate.doubtful.clear();
  } else {
    events_.Finish([this](const SseEvent& event) {
      // An end mark that is cut off says no more than the end of the bytes.
      const bool cut_off = event.stray.empty() && kDone.starts_with(event.data);
      return cut_off || TakeEvent(event);
    });
  }
  if (answer().open()) Conclude();
}

// Stray text is an error as any other response would hold it, or nothing one can read: as a chunk it is found
// to be either.
bool GeminiStreamDecoder::TakeEvent(const SseEvent& event) {
  const std::string_view text = event.stray.empty() ? event.data : event.stray;
  if (text.find_first_not_of(kSpace) == text.npos) return true;
  if (text != kDone) return TakeChunk(text);
  Conclude();
  answer().End();
  return false;
}

bool GeminiStreamDecoder::TakeChunk(std::string_view text) {
  const JsonDocument document(text, kMaxAnswerDepth);
  if (!document.ok()) {
    answer().FailUnreadable(document);
  } else if (!FailIfError(document.root())) {
    const json::object* chunk = document.root().if_object();
    if (chunk == nullptr) {
      answer().FailUnreadable("an event of the stream is no object");
    } else {
      any_chunk_ = true;
      ReadGeminiAnswer(*chunk, said_);
      if (!ReadCandidates(*chunk, text)) {
        if (auto block = GeminiBlock(*chunk)) answer().Fail(FailedBy(*std::move(block), answer().head()));
      }
    }
  }
  return answer().open();
}

// False: there are none.
bool GeminiStreamDecoder::ReadCandidates(const json::object& chunk, std::string_view text) {
  const json::value* candidates = chunk.if_contains("candidates");
  if (candidates == nullptr || candidates->is_null()) return false;
  const json::array* list = candidates->if_array();
  if (list == nullptr) {
    answer().FailUnreadable("the candidates are no list");
    return true;
  }
  std::int32_t place = 0;
  for (const auto& element : *list) {
    const json::object* piece = element.if_object();
    if (piece == nullptr) {
      answer().FailUnreadable("a candidate is no object");
    } else {
      ReadCandidate(*piece, place++, text);
    }
    if (!answer().open()) return true;
  }
  return !list->empty();
}

void GeminiStreamDecoder::ReadCandidate(const json::object& piece, std::int32_t place,
                                        std::string_view text) {
  const std::int32_t index = GeminiCandidateIndex(piece, place);
  Candidate& candidate = candidates_[index];
  v1::Delta delta;
  delta.set_choice_index(index);
  const std::string_view seed = said_.id().empty() ? text : std::string_view(said_.id());
  const std::string_view problem =
      candidate.reader.Read(piece, absl::StrCat(std::string(seed), "/", index), delta);
  if (!problem.empty()) return answer().FailUnreadable(problem);
  answer().Add(std::move(delta));
  const std::string& word = candidate.reader.finish_word();
  if (word.empty()) {
    candidate.went_on = true;
  } else if (word == "STOP" && !candidate.went_on) {
    candidate.doubtful = word;
  } else {
    candidate.ended = true;
    answer().EndChoice(index, word);
  }
}

void GeminiStreamDecoder::Conclude() {
  for (auto& [index, candidate] : candidates_) {
    if (!candidate.doubtful.empty()) answer().EndChoice(index, candidate.doubtful);
    candidate.ended |= !candidate.doubtful.empty();
  }
  const auto ended = [](const auto& candidate) { return candidate.second.ended; };
  if (!answer().open() || !std::all_of(candidates_.begin(), candidates_.end(), ended)) return;
  if (candidates_.empty() && any_chunk_)
    return answer().Fail(FailedBy(GeminiSilence(said_), answer().head()));
  for (auto& [index, candidate] : candidates_) {
    v1::Delta delta;
    delta.set_choice_index(index);
    candidate.reader.Finish(delta, answer().finish(index));
    answer().Add(std::move(delta));
  }
  TellMembers(said_, answer());
}

}  // namespace spillway::providers
