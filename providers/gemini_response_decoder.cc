#include "providers/gemini_response_decoder.h"

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/arena.h"
#include "providers/answer_assembler.h"
#include "providers/answer_body.h"
#include "providers/choice_end.h"
#include "providers/failed_response.h"
#include "providers/gemini_answer_reader.h"
#include "providers/gemini_candidate_reader.h"

namespace spillway::providers {
namespace {

namespace json = boost::json;

// `choice` has the index of its place.
std::optional<ChoiceFault> ReadCandidate(const json::object& candidate, std::string_view call_seed,
                                         v1::Choice& choice) {
  GeminiCandidateReader reader;
  // Only its texts outlive it.
  google::protobuf::Arena arena;
  v1::Delta& delta = *google::protobuf::Arena::CreateMessage<v1::Delta>(&arena);
  v1::Finish finish;
  const std::string_view problem = reader.Read(candidate, call_seed, delta);
  if (!problem.empty()) return ChoiceFault{.problem = std::string(problem)};
  reader.Finish(delta, finish);
  delta.set_choice_index(GeminiCandidateIndex(candidate, choice.index()));
  choice = WholeChoice(delta, finish);
  return EndChoice(reader.finish_word(), choice);
}

}  // namespace

Decoded DecodeGeminiResponse(const HttpResponse& response, const DecodeContext& context) {
  AnswerBody body(response, context);
  if (body.failed()) return body.TakeFailure();
  const json::value* candidates = body.object().if_contains("candidates");
  const json::array* list = candidates == nullptr ? nullptr : candidates->if_array();
  if (candidates != nullptr && !candidates->is_null() && list == nullptr) {
    return Unreadable(response, "the candidates are no list");
  }
  v1::ChatResponse out;
  ReadGeminiAnswer(body.object(), out);
  if (list == nullptr || list->empty()) {
    return FailedBy(GeminiBlock(body.object()).value_or(GeminiSilence(out)), response);
  }
  // What tells the calls of this answer from those of every other.
  const std::string seed = out.id().empty() ? response.body : out.id();
  for (const auto& element : *list) {
    const json::object* candidate = element.if_object();
    if (candidate == nullptr) return Unreadable(response, "a candidate is no object");
    v1::Choice& choice = *out.add_choices();
    choice.set_index(out.choices_size() - 1);
    auto fault = ReadCandidate(*candidate, absl::StrCat(seed, "/", choice.index()), choice);
    if (fault) return FailedBy(*std::move(fault), response);
  }
  return out;
}

}  // namespace spillway::providers
