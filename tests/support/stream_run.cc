#include "tests/support/stream_run.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/message_differencer.h"
#include "providers/answer_assembler.h"

namespace spillway::testing {
namespace {

using google::protobuf::util::MessageDifferencer;
using providers::StreamDecoder;
using providers::StreamEnding;
using providers::StreamState;

// The decoder, watched.
class Watched {
 public:
  Watched(StreamDecoder& decoder, StreamRun& run) : decoder_(decoder), run_(run) {}

  void Feed(std::string_view bytes) {
    const std::size_t before = run_.deltas.size();
    Moved(decoder_.Feed(bytes, run_.deltas), before);
  }

  void Finish() {
    const std::size_t before = run_.deltas.size();
    Moved(decoder_.Finish(run_.deltas), before);
    if (!Ended()) Broke("Finish ends the answer");
  }

 private:
  bool Ended() const { return run_.state == StreamState::kComplete || run_.state == StreamState::kFailed; }

  void Moved(StreamState to, std::size_t deltas_before) {
    if (Ended() && to != run_.state) Broke("an end is for ever");
    if (Ended() && run_.deltas.size() != deltas_before) Broke("nothing is given out after the end");
    run_.state = to;
  }

  void Broke(std::string_view rule) {
    if (run_.broken_rule.empty()) run_.broken_rule = rule;
  }

  StreamDecoder& decoder_;
  StreamRun& run_;
};

bool Same(const std::optional<v1::Usage>& one, const std::optional<v1::Usage>& other) {
  return one.has_value() == other.has_value() && (!one || MessageDifferencer::Equals(*one, *other));
}

std::string Difference(const StreamEnding& one, const StreamEnding& other) {
  if (!Same(one.usage, other.usage)) return "another usage";
  const bool same = std::equal(one.finishes.begin(), one.finishes.end(), other.finishes.begin(),
                               other.finishes.end(), [](const v1::Finish& left, const v1::Finish& right) {
                                 return MessageDifferencer::Equals(left, right);
                               });
  return same ? "" : "other finishes";
}

std::string Difference(const router::FailedAttempt& one, const router::FailedAttempt& other) {
  const bool same = one.failure == other.failure && one.http_status == other.http_status &&
                    one.retry_after == other.retry_after && one.message == other.message &&
                    one.provider_code == other.provider_code;
  return same ? "" : absl::StrCat("another failure: ", one.message, " / ", other.message);
}

}  // namespace

StreamRun RunStream(const providers::Codec& codec, const HttpResponse& response,
                    const providers::StreamContext& context, std::span<const std::size_t> cuts) {
  StreamRun run;
  const auto decoder = codec.NewStreamDecoder({response.status, response.headers, ""}, context);
  Watched watched(*decoder, run);
  const std::string_view body = response.body;
  std::size_t from = 0;
  for (const std::size_t cut : cuts) {
    watched.Feed(body.substr(from, cut - from));
    from = cut;
  }
  watched.Feed(body.substr(from));
  run.fed = run.state;
  watched.Finish();
  watched.Feed("data: {}\n\n");
  watched.Finish();
  if (run.state == StreamState::kComplete) run.ending = decoder->TakeEnding();
  if (run.state == StreamState::kFailed) run.failure = decoder->TakeFailure();
  return run;
}

std::vector<std::size_t> EveryByte(std::size_t size) {
  std::vector<std::size_t> cuts(size == 0 ? 0 : size - 1);
  std::iota(cuts.begin(), cuts.end(), std::size_t{1});
  return cuts;
}

providers::Decoded Assembled(const StreamRun& run) {
  if (run.failure) return *run.failure;
  providers::AnswerAssembler assembler;
  for (const v1::Delta& delta : run.deltas) assembler.Add(delta);
  return assembler.Take(*run.ending);
}

std::string Difference(const StreamRun& one, const StreamRun& other) {
  if (one.fed != other.fed) {
    return absl::StrCat("state ", static_cast<int>(one.fed), " / ", static_cast<int>(other.fed),
                        " after the bytes");
  }
  if (one.state != other.state) {
    return absl::StrCat("state ", static_cast<int>(one.state), " / ", static_cast<int>(other.state),
                        " in the end");
  }
  if (one.deltas.size() != other.deltas.size()) {
    return absl::StrCat(one.deltas.size(), " / ", other.deltas.size(), " deltas");
  }
  for (std::size_t i = 0; i < one.deltas.size(); ++i) {
    if (!MessageDifferencer::Equals(one.deltas[i], other.deltas[i])) return absl::StrCat("another delta ", i);
  }
  if (one.ending && other.ending) return Difference(*one.ending, *other.ending);
  if (one.failure && other.failure) return Difference(*one.failure, *other.failure);
  return "";
}

}  // namespace spillway::testing
