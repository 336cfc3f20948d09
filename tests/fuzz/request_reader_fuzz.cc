#include <google/protobuf/util/message_differencer.h>

#include <algorithm>
#include <string>

#include "providers/api_name.h"
#include "providers/openai_request_decoder.h"
#include "providers/openai_request_encoder.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/promises.h"

namespace spillway::fuzz {
namespace {

using providers::OpenAiRequest;

// Members under an API's name are not written for others (api_name.h). Errs on the side of yes.
bool NamesAnApi(const std::string& request) {
  return std::any_of(providers::kApiNames.begin(), providers::kApiNames.end(),
                     [&](std::string_view name) { return request.find(name) != std::string::npos; });
}

// But for what is not the body's, and for what a caller may leave unsaid.
void RequireSame(v1::ChatRequest a, v1::ChatRequest b) {
  a.clear_stream_options();
  b.clear_stream_options();
  std::string difference;
  google::protobuf::util::MessageDifferencer differencer;
  for (const auto* message : {v1::Tool::descriptor(), v1::ToolCall::descriptor()}) {
    differencer.IgnoreField(message->FindFieldByName("type"));
  }
  differencer.ReportDifferencesToString(&difference);
  const bool same = differencer.Compare(a, b);
  Require(same, "read, written and read again is the same, but " + difference);
}

}  // namespace

void FuzzRequestReader(std::string_view input) {
  const absl::StatusOr<OpenAiRequest> read = providers::DecodeOpenAiRequest(input);
  if (!read.ok()) return CheckRefusal(read.status(), false);
  const std::string bytes = read->request.SerializeAsString();
  v1::ChatRequest arrived;
  Require(arrived.ParseFromString(bytes), "the request can be read back");

  const auto written = providers::EncodeOpenAiRequest(read->request, {});
  if (!written.ok()) return CheckRefusal(written.status(), false);
  const absl::StatusOr<OpenAiRequest> again = providers::DecodeOpenAiRequest(*written);
  Require(again.ok(), "what was written can be read: " + again.status().ToString());
  // What stood under OpenAI's own name has lost that scope, and with it its place in the text.
  if (NamesAnApi(bytes)) return;
  RequireSame(read->request, again->request);
  const auto rewritten = providers::EncodeOpenAiRequest(again->request, {});
  Require(rewritten.ok() && *rewritten == *written, "written twice, the text is the same");
}

}  // namespace spillway::fuzz
