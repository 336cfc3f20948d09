#include <memory>
#include <variant>
#include <vector>

#include "google/protobuf/util/message_differencer.h"
#include "providers/answer_assembler.h"
#include "providers/codec.h"
#include "tests/fuzz/cuts.h"
#include "tests/fuzz/exchange_input.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/promises.h"
#include "tests/support/stream_run.h"

namespace spillway::fuzz {
namespace {

using testing::StreamRun;

void CheckTakenApart(const v1::ChatResponse& answer) {
  std::vector<v1::Delta> deltas;
  providers::StreamEnding ending = providers::TakeApart(answer, deltas);
  providers::AnswerAssembler assembler;
  for (const v1::Delta& delta : deltas) assembler.Add(delta);
  Require(google::protobuf::util::MessageDifferencer::Equals(assembler.Take(std::move(ending)), answer),
          "an answer taken apart and assembled again is the same");
}

}  // namespace

void FuzzDecodeStream(v1::Api api, std::string_view input) {
  const auto codec = providers::MakeCodec(api, {.base_path = "/v1"});
  const StreamInput stream = ResponseWithStream(input, api == v1::API_BEDROCK);
  const providers::StreamContext context{.decode = {.now = kArrival}, .choices = stream.choices};
  const StreamRun whole = testing::RunStream(*codec, stream.response, context);
  Require(whole.broken_rule.empty(), whole.broken_rule);
  const StreamRun split = testing::RunStream(*codec, stream.response, context,
                                             CutsOf(stream.response.body.size(), stream.splits));
  Require(split.broken_rule.empty(), split.broken_rule);
  const std::string difference = testing::Difference(whole, split);
  Require(difference.empty(), "any split gives the same: " + difference);
  CheckDeltas(whole.deltas);
  if (whole.failure) return CheckFailure(*whole.failure, stream.response);
  Require(stream.response.status / 100 == 2, "an answer has a good status");
  CheckEnding(*whole.ending, whole.deltas);
  const providers::Decoded assembled = testing::Assembled(whole);
  CheckAnswer(std::get<v1::ChatResponse>(assembled));
  CheckTakenApart(std::get<v1::ChatResponse>(assembled));
}

}  // namespace spillway::fuzz
