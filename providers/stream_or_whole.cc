#include <algorithm>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "providers/answer_assembler.h"
#include "providers/event_decoder.h"
#include "providers/failed_response.h"

namespace spillway::providers {
namespace {

// White space, and the bytes of a byte order mark.
constexpr std::string_view kPassedOver = " \t\r\n\xEF\xBB\xBF";

class StreamOrWholeDecoder final : public StreamDecoder {
 public:
  StreamOrWholeDecoder(const Codec& codec, const HttpResponse& head, const StreamContext& context,
                       std::unique_ptr<StreamDecoder> events, std::string_view whole_begins)
      : codec_(codec),
        context_(context),
        whole_begins_(whole_begins),
        form_(head.status < 200 || head.status > 299 ? Form::kWhole : Form::kUnknown),
        events_(std::move(events)),
        whole_{head.status, head.headers, {}} {}

  StreamState Feed(std::string_view bytes, std::vector<v1::Delta>& deltas) override {
    if (form_ == Form::kUnknown) {
      bytes.remove_prefix(std::min(bytes.find_first_not_of(kPassedOver), bytes.size()));
      if (bytes.empty()) return state_;
      form_ = whole_begins_.find(bytes.front()) == whole_begins_.npos ? Form::kEvents : Form::kWhole;
    }
    if (form_ == Form::kEvents) return events_->Feed(bytes, deltas);
    if (state_ == StreamState::kOpen) Collect(bytes);
    return state_;
  }

  StreamState Finish(std::vector<v1::Delta>& deltas) override {
    if (form_ == Form::kUnknown) form_ = Form::kEvents;
    if (form_ == Form::kEvents) return events_->Finish(deltas);
    if (state_ == StreamState::kOpen) Read(deltas);
    return state_;
  }

  AnswerIdentity identity() const override {
    if (form_ == Form::kEvents) return events_->identity();
    if (ending_.finishes.empty()) return {};
    const v1::Finish& finish = ending_.finishes.front();
    return {finish.id(), finish.created(), finish.model()};
  }

  StreamEnding TakeEnding() override {
    return form_ == Form::kEvents ? events_->TakeEnding() : std::move(ending_);
  }

  router::FailedAttempt TakeFailure() override {
    return form_ == Form::kEvents ? events_->TakeFailure() : std::move(failure_);
  }

 private:
  enum class Form : std::uint8_t { kUnknown, kEvents, kWhole };

  void Collect(std::string_view bytes) {
    if (bytes.size() <= kMaxWholeAnswer - whole_.body.size()) {
      whole_.body += bytes;
    } else {
      Fail(Unreadable(whole_, "the answer is too large"));
    }
  }

  void Read(std::vector<v1::Delta>& deltas) {
    Decoded decoded = codec_.Decode(whole_, context_.decode);
    if (auto* failed = std::get_if<router::FailedAttempt>(&decoded)) return Fail(std::move(*failed));
    ending_ = TakeApart(std::get<v1::ChatResponse>(std::move(decoded)), deltas);
    state_ = StreamState::kComplete;
  }

  void Fail(router::FailedAttempt failed) {
    failure_ = std::move(failed);
    whole_.body = {};
    state_ = StreamState::kFailed;
  }

  const Codec& codec_;
  const StreamContext context_;
  const std::string_view whole_begins_;
  Form form_;
  const std::unique_ptr<StreamDecoder> events_;
  // What follows is of a whole answer only; until its body is there, the response is the head.
  HttpResponse whole_;
  StreamState state_ = StreamState::kOpen;
  StreamEnding ending_;
  router::FailedAttempt failure_;
};

}  // namespace

std::unique_ptr<StreamDecoder> StreamOrWhole(const Codec& codec, const HttpResponse& head,
                                             const StreamContext& context,
                                             std::unique_ptr<StreamDecoder> events,
                                             std::string_view whole_begins) {
  return std::make_unique<StreamOrWholeDecoder>(codec, head, context, std::move(events), whole_begins);
}

}  // namespace spillway::providers
