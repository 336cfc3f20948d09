#include "tests/fuzz/promises.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/util/json_util.h"
#include "providers/duration_text.h"
#include "providers/json_document.h"
#include "providers/redact.h"
#include "providers/utf8.h"
#include "tests/fuzz/fuzz_target.h"

namespace spillway::fuzz {
namespace {

constexpr std::string_view kFinishReasons[] = {"stop", "length", "tool_calls", "content_filter",
                                               "function_call"};

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = providers::Utf8Length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

bool IsControl(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F;
}

// As a log line or a terminal may show it.
bool IsPrintable(std::string_view text) {
  return IsUtf8(text) && std::none_of(text.begin(), text.end(), IsControl);
}

void CheckUsage(const v1::Usage& usage) {
  Require(usage.prompt_tokens() >= 0 && usage.completion_tokens() >= 0 && usage.total_tokens() >= 0 &&
              usage.cached_tokens() >= 0 && usage.reasoning_tokens() >= 0,
          "usage is not negative");
}

// gRPC hands it over, and `spillway chat --json` prints it.
template <typename Message>
void CheckArrives(const Message& message) {
  Message arrived;
  Require(arrived.ParseFromString(message.SerializeAsString()), "what is given out can be read back");
  std::string json;
  Require(google::protobuf::util::MessageToJsonString(message, &json).ok(),
          "what is given out has a JSON form");
}

// What of a call has come.
struct CallSoFar {
  bool typed = false;
  bool named = false;
};

void CheckCalls(const v1::Delta& delta, std::vector<CallSoFar>& calls) {
  for (const v1::ToolCallDelta& piece : delta.tool_calls()) {
    const auto index = static_cast<std::size_t>(piece.index());
    Require(piece.index() >= 0 && index <= calls.size(), "calls are counted from 0");
    const bool first = index == calls.size();
    Require(first != piece.id().empty(), "a call has its id in the first piece, and only there");
    if (first) calls.emplace_back();
    CallSoFar& call = calls[index];
    const bool named = !piece.function().name().empty() || !piece.custom().name().empty();
    Require(!(call.named && named) && !(call.typed && !piece.type().empty()), "a call is named once");
    call.named |= named;
    call.typed |= !piece.type().empty();
  }
}

bool IsEmpty(const v1::Delta& delta) {
  return !delta.has_content() && !delta.has_refusal() && !delta.has_reasoning_content() &&
         !delta.has_logprobs() && !delta.has_audio() && !delta.has_function_call() && !delta.has_extra() &&
         delta.tool_calls().empty() && delta.annotations().empty();
}

}  // namespace

void CheckAnswer(const v1::ChatResponse& answer) {
  Require(answer.choices_size() > 0, "an answer has a choice");
  for (const v1::Choice& choice : answer.choices()) {
    Require(std::find(std::begin(kFinishReasons), std::end(kFinishReasons), choice.finish_reason()) !=
                std::end(kFinishReasons),
            "a choice ends with one of OpenAI's words");
    Require(choice.message().role() == v1::ROLE_ASSISTANT, "the assistant answers");
  }
  CheckUsage(answer.usage());
  CheckArrives(answer);
}

void CheckDeltas(const std::vector<v1::Delta>& deltas) {
  std::map<int, std::vector<CallSoFar>> calls_of;
  for (const v1::Delta& delta : deltas) {
    const auto [calls, first] = calls_of.try_emplace(delta.choice_index());
    Require(delta.role() == (first ? v1::ROLE_ASSISTANT : v1::ROLE_UNSPECIFIED),
            "the first delta of a choice has the role, no other");
    Require(first || !IsEmpty(delta), "a delta says something");
    Require(!providers::CarriesToken(delta) || !IsEmpty(delta), "a token is something");
    CheckCalls(delta, calls->second);
    CheckArrives(delta);
  }
}

void CheckEnding(const providers::StreamEnding& ending, const std::vector<v1::Delta>& deltas) {
  std::set<int> ended;
  int last = std::numeric_limits<int>::min();
  for (const v1::Finish& finish : ending.finishes) {
    Require(ended.empty() || finish.choice_index() > last, "choices end in their order, each once");
    Require(!finish.has_route(), "only the server knows the route");
    last = finish.choice_index();
    ended.insert(last);
    CheckArrives(finish);
  }
  for (const v1::Delta& delta : deltas) {
    Require(ended.contains(delta.choice_index()), "each choice that began has ended");
  }
}

void CheckFailure(const router::FailedAttempt& failed, const HttpResponse& response) {
  const auto number = static_cast<std::size_t>(failed.failure);
  Require(number >= 1 && number <= router::kFailureCount, "a failure has a class");
  Require(failed.http_status == response.status, "a failure has the response's status");
  Require(failed.message.size() <= providers::kMaxErrorText && IsPrintable(failed.message),
          "the message can be shown");
  Require(failed.provider_code.size() <= providers::kMaxProviderCode && IsPrintable(failed.provider_code),
          "the provider's code can be shown");
  if (failed.retry_after) CheckHint(*failed.retry_after);
}

void CheckHint(router::Duration hint) {
  Require(hint > router::Duration::zero() && hint <= providers::kLongestHint,
          "a hint is a time in the future, within bounds");
}

void CheckExchange(const providers::EncodedRequest& exchange) {
  const auto in_a_path = [](char c) { return c > ' ' && c < '\x7F'; };
  Require(!exchange.path.empty() && exchange.path.front() == '/' &&
              std::all_of(exchange.path.begin(), exchange.path.end(), in_a_path),
          "the path fits into a request line");
  for (const auto& [name, value] : exchange.headers) {
    Require(!name.empty() && std::all_of(name.begin(), name.end(), in_a_path), "a header's name is one");
    Require(std::none_of(value.begin(), value.end(), IsControl), "a header's value is one line");
  }
  constexpr std::size_t kDeeperThanAnyRequest = 512;
  const providers::JsonDocument body(exchange.body, kDeeperThanAnyRequest);
  Require(body.ok() && body.root().is_object(), "the body is one JSON object");
  Require(std::is_sorted(exchange.dropped.begin(), exchange.dropped.end(), std::less_equal<>()),
          "dropped fields are in order, none twice");
}

void CheckRefusal(const absl::Status& status, bool unimplemented_allowed) {
  Require(status.code() == absl::StatusCode::kInvalidArgument ||
              (unimplemented_allowed && status.code() == absl::StatusCode::kUnimplemented),
          "a refusal says whose fault it is");
  Require(!status.message().empty() && IsUtf8({status.message().data(), status.message().size()}),
          "a refusal says why");
}

}  // namespace spillway::fuzz
