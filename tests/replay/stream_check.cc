#include "tests/replay/stream_check.h"

#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string>

#include "providers/codec.h"
#include "providers/json_document.h"

namespace spillway::replay {
namespace {

namespace json = boost::json;

bool SaysAnything(const v1::ChatResponse& answer) {
  return std::any_of(answer.choices().begin(), answer.choices().end(), [](const v1::Choice& choice) {
    const v1::Message& said = choice.message();
    return !said.content().empty() || !said.reasoning_content().empty() || !said.refusal().empty() ||
           said.tool_calls_size() > 0;
  });
}

void ExpectRoles(const std::vector<v1::Delta>& deltas) {
  std::set<int> begun;
  for (const v1::Delta& delta : deltas) {
    if (begun.insert(delta.choice_index()).second) {
      EXPECT_EQ(delta.role(), v1::ROLE_ASSISTANT);
    }
  }
}

// What makes no difference: where a provider gives arguments as an object, the whole answer has them in our
// spelling, a stream in the provider's; an empty text is none; null in `extra` says nothing.
v1::ChatResponse Meaning(v1::ChatResponse answer) {
  for (v1::Choice& choice : *answer.mutable_choices()) {
    if (choice.message().content().empty()) choice.mutable_message()->clear_content();
    auto& fields = *choice.mutable_extra()->mutable_fields();
    for (auto field = fields.begin(); field != fields.end();) {
      field = field->second.has_null_value() ? fields.erase(field) : std::next(field);
    }
    for (v1::ToolCall& call : *choice.mutable_message()->mutable_tool_calls()) {
      const providers::JsonDocument document(call.function().arguments());
      if (document.ok()) call.mutable_function()->set_arguments(json::serialize(document.root()));
    }
  }
  return answer;
}

}  // namespace

void ExpectLikeUnary(const Recording& recording, const json::object& joined, const Replayed& replayed) {
  ASSERT_NE(replayed.answer(), nullptr) << replayed.failure()->message;
  ASSERT_TRUE(replayed.stream);
  EXPECT_EQ(replayed.stream->broken_rule, "");
  const auto& deltas = replayed.stream->deltas;
  EXPECT_EQ(std::any_of(deltas.begin(), deltas.end(), providers::CarriesToken),
            SaysAnything(*replayed.answer()));
  ExpectRoles(deltas);
  HttpResponse whole{recording.response.status, recording.response.headers, json::serialize(joined)};
  std::erase_if(whole.headers, [](const auto& header) { return header.first == "content-type"; });
  const auto codec = providers::MakeCodec(ApiOf(recording).value(), {});
  const auto decoded = codec->Decode(whole, {});
  const auto* unary = std::get_if<v1::ChatResponse>(&decoded);
  ASSERT_NE(unary, nullptr) << std::get<router::FailedAttempt>(decoded).message;
  std::string difference;
  google::protobuf::util::MessageDifferencer differencer;
  differencer.ReportDifferencesToString(&difference);
  EXPECT_TRUE(differencer.Compare(Meaning(*unary), Meaning(*replayed.answer()))) << difference;
}

std::vector<Recording> StreamsOf(v1::Api api, const std::vector<Recording>& recordings) {
  std::vector<Recording> out;
  std::copy_if(recordings.begin(), recordings.end(), std::back_inserter(out),
               [api](const Recording& recording) { return recording.IsStream() && ApiOf(recording) == api; });
  return out;
}

}  // namespace spillway::replay
