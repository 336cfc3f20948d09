#include "server/openai/chat_completion.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "providers/openai_chunk_encoder.h"
#include "providers/openai_request_decoder.h"
#include "providers/openai_response_encoder.h"
#include "server/call/call_headers.h"
#include "server/call/limit_refusals.h"
#include "server/call/served_call.h"
#include "server/openai/json_value_count.h"
#include "server/openai/key_header.h"

namespace spillway::server {
namespace {

// The caller's deadline: HTTP has no header for it.
constexpr char kTimeoutHeader[] = "x-spillway-timeout-ms";

constexpr std::int64_t kLongestTimeoutMs = 24 * 60 * 60 * 1000;

// Of a request that could not be read: it begins with the path of what is wrong, unless that is all of it.
CallStatus Unreadable(const absl::Status& problem) {
  CallStatus status =
      Refused(absl::StatusCode::kInvalidArgument, "INVALID_REQUEST", std::string(problem.message()));
  const std::string path = status.message.substr(0, status.message.find(' '));
  if (path != "the") status.field = path;
  return status;
}

// Unset: not a whole number from 1 up.
std::optional<std::int64_t> TimeoutOf(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  std::int64_t millis = 0;
  // All that can be wrong now is that it is more than fits.
  if (!absl::SimpleAtoi(absl::string_view(text.data(), text.size()), &millis)) return kLongestTimeoutMs;
  if (millis == 0) return std::nullopt;
  return std::min(millis, kLongestTimeoutMs);
}

const std::string& ServingModel(const CallInput& input, const router::CallReport& report) {
  const std::string& model = report.table->leaf(report.attempts.back().leaf).name.model;
  return model.empty() ? input.request->model() : model;
}

// Null: no attempt was made.
const router::FailedAttempt* LastFailure(const router::CallReport& report) {
  const router::AttemptRecord* last = report.last_attempt();
  return last != nullptr && last->failed ? &*last->failed : nullptr;
}

auto Adder(AnswerHead& head) {
  return [&head](const std::string& name, const std::string& value) { head.Add(name, value); };
}

class ChatCompletion final : public ServedCall, private AnswerSink, private HttpExchange::Listener {
 public:
  ChatCompletion(DoorContext& context, std::shared_ptr<HttpExchange> exchange)
      : ServedCall(context.runner, context.metrics, kChatCompletionMethod, Trace::kOfFailures),
        context_(context),
        exchange_(std::move(exchange)) {}

  void Start() {
    exchange_->Listen(this);
    input_.received = exchange_->received();
    input_.deadline = router::kNever;
    const HttpHeaders& headers = exchange_->request().headers;
    request_id_ = RequestIdOf(headers);
    input_.trace = TraceOf(headers);
    std::string scratch;
    Begin(AuthorizationOf(headers, scratch));
  }

 private:
  std::optional<CallStatus> ReadRequest() override {
    if (std::optional<CallStatus> refused = ReadTimeout()) return refused;
    // Not kept for as long as the call takes.
    const std::string body = std::move(exchange_->request().body);
    if (const std::size_t most = context_.runner.max_request_values(); HasMoreJsonValuesThan(most, body)) {
      return TooManyValues(most);
    }
    bool stream = false;
    if (const absl::Status read = providers::ReadOpenAiRequest(body, request_, stream); !read.ok()) {
      return Unreadable(read);
    }
    // OpenAI's protocol cannot say "forget what you got".
    request_.set_allow_reset(false);
    if (stream) {
      input_.sink = this;
    } else {
      input_.response = &answer_memory_->New<v1::ChatResponse>();
    }
    return std::nullopt;
  }

  std::optional<CallStatus> ReadTimeout() {
    const std::string* text = FindHeader(exchange_->request().headers, kTimeoutHeader);
    if (text == nullptr) return std::nullopt;
    const std::optional<std::int64_t> millis = TimeoutOf(*text);
    if (!millis) return StatusOf({{kTimeoutHeader, "must be a whole number of milliseconds, 1 or more"}});
    input_.deadline = input_.received + std::chrono::milliseconds(*millis);
    return std::nullopt;
  }

  void OnServing(const ServingAnswer& answer) override {
    AnswerHead head;
    head.Add("content-type", "text/event-stream");
    head.Add("cache-control", "no-cache");
    // nginx would hold back what it has not collected a buffer of.
    head.Add("x-accel-buffering", "no");
    AddServingHeaders(input_, answer, request_id_, Adder(head));
    chunks_.emplace(IdentityOf(answer.report, answer.identity), request_.stream_options().include_usage());
    exchange_->Begin(std::move(head));
    Count(200);
  }

  bool OnEvents(std::vector<v1::ChatEvent>& events) override {
    for (const v1::ChatEvent& event : events) {
      if (event.has_delta()) chunks_->AppendDelta(event.delta(), text_);
    }
    return WriteText();
  }

  void Reply(CallResult& result, const CallStatus& status, v1::RouteTrace&) override {
    const auto exchange = std::exchange(exchange_, nullptr);
    // The client has left.
    if (exchange == nullptr) {
      if (!chunks_) Count(499);
      return;
    }
    if (status.code != absl::StatusCode::kOk) return ReplyError(*exchange, result, status);
    if (input_.sink != nullptr) {
      // The log wants the usage, too.
      chunks_->AppendEnding({result.usage, std::move(result.finishes)}, text_);
      exchange->Write(text_);
      return exchange->End();
    }
    AnswerHead head = JsonHead(200);
    AddCallHeaders(input_, result, request_id_, Adder(head));
    Count(200);
    exchange->Answer(std::move(head),
                     providers::EncodeOpenAiResponse(*input_.response, IdentityOf(*result.report, {})));
  }

  void ReplyError(HttpExchange& exchange, const CallResult& result, const CallStatus& status) {
    const ErrorAnswer answer = ErrorAnswerOf(status, result.report ? LastFailure(*result.report) : nullptr);
    if (chunks_) {
      providers::OpenAiChunkEncoder::AppendError(providers::EncodeOpenAiError(answer.error), text_);
      exchange.Write(text_);
      return exchange.BreakOff();
    }
    AnswerHead head;
    AddCallHeaders(input_, result, request_id_, Adder(head));
    AddRetryAfter(status, head);
    Count(answer.http_status);
    AnswerError(exchange, std::move(head), answer);
  }

  std::string Peer() const override { return exchange_ == nullptr ? "" : exchange_->Peer(); }

  PeerNames NamesOfPeer() const override {
    return exchange_ == nullptr ? PeerNames() : exchange_->PeerNames();
  }

  void OnWritable() override {
    if (call_ != nullptr) call_->ReadOn(std::chrono::steady_clock::now());
  }

  void OnGone() override {
    const auto self = shared_from_this();
    exchange_ = nullptr;
    Cancel();
  }

  bool WriteText() {
    if (text_.empty() || exchange_ == nullptr) return true;
    const bool more = exchange_->Write(text_);
    text_.clear();
    return more;
  }

  // The provider's own, and what it said nothing of.
  providers::AnswerIdentity IdentityOf(const router::CallReport& report,
                                       providers::AnswerIdentity identity) const {
    if (identity.id.empty()) identity.id = absl::StrCat("chatcmpl-", request_id_);
    if (identity.created == 0) {
      identity.created = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    }
    if (identity.model.empty()) identity.model = ServingModel(input_, report);
    return identity;
  }

  void Count(int http_status) {
    context_.metrics.door().CountRequest(DoorPath::kChatCompletions, http_status);
  }

  DoorContext& context_;
  // Null once it is over.
  std::shared_ptr<HttpExchange> exchange_;
  // Set once a stream has begun.
  std::optional<providers::OpenAiChunkEncoder> chunks_;
  // Not yet written.
  std::string text_;
};

}  // namespace

void ServeChatCompletion(DoorContext& context, std::shared_ptr<HttpExchange> exchange) {
  std::make_shared<ChatCompletion>(context, std::move(exchange))->Start();
}

}  // namespace spillway::server
