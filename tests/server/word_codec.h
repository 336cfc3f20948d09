// A codec of an API of words, one event each: "role ", "hello ", "stop ", "usage ", "done ", "overloaded ".
// Anything that is not a keyword is a token; "more " is one that opens again what "stop " had ended. What
// ends without a word of its own is truncated, or with status 429 rate limited.
#ifndef SPILLWAY_TESTS_SERVER_WORD_CODEC_H_
#define SPILLWAY_TESTS_SERVER_WORD_CODEC_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "providers/codec.h"

namespace spillway::server {

class WordDecoder final : public providers::StreamDecoder {
 public:
  explicit WordDecoder(int status) : status_(status) {}

  providers::StreamState Feed(std::string_view bytes, std::vector<v1::Delta>& deltas) override {
    for (const char byte : bytes) {
      if (byte != ' ') {
        word_ += byte;
      } else {
        Take(std::exchange(word_, ""), deltas);
      }
    }
    return state_;
  }

  providers::StreamState Finish(std::vector<v1::Delta>&) override {
    if (state_ == providers::StreamState::kFinished) state_ = providers::StreamState::kComplete;
    if (state_ == providers::StreamState::kOpen) {
      Fail(status_ == 429 ? router::Failure::kRateLimited : router::Failure::kTruncated);
    }
    return state_;
  }

  providers::AnswerIdentity identity() const override { return {}; }
  providers::StreamEnding TakeEnding() override { return std::move(ending_); }
  router::FailedAttempt TakeFailure() override { return std::move(failed_); }

 private:
  void Take(const std::string& word, std::vector<v1::Delta>& deltas) {
    using providers::StreamState;
    if (state_ == StreamState::kComplete || state_ == StreamState::kFailed) return;
    // It went on after its end.
    if (state_ == StreamState::kFinished && word == "more") state_ = StreamState::kOpen;
    if (word == "role") {
      deltas.emplace_back().set_role(v1::ROLE_ASSISTANT);
    } else if (word == "stop") {
      ending_.finishes.emplace_back().set_finish_reason("stop");
      state_ = StreamState::kFinished;
    } else if (word == "usage") {
      ending_.usage.emplace().set_prompt_tokens(3);
      ending_.usage->set_completion_tokens(5);
    } else if (word == "done") {
      state_ = StreamState::kComplete;
    } else if (word == "overloaded") {
      Fail(router::Failure::kOverloaded);
    } else if (word != ":") {
      deltas.emplace_back().set_content(word + " ");
    }
  }

  void Fail(router::Failure failure) {
    failed_.failure = failure;
    failed_.http_status = status_;
    state_ = providers::StreamState::kFailed;
  }

  const int status_;
  std::string word_;
  providers::StreamState state_ = providers::StreamState::kOpen;
  providers::StreamEnding ending_;
  router::FailedAttempt failed_;
};

class WordCodec final : public providers::Codec {
 public:
  explicit WordCodec(bool streams = true) : streams_(streams) {}

  absl::StatusOr<providers::EncodedRequest> Encode(const v1::ChatRequest&) const override {
    return Request("/whole");
  }
  absl::StatusOr<providers::EncodedRequest> EncodeStream(const v1::ChatRequest&) const override {
    if (!streams_) return absl::UnimplementedError("no streams here");
    providers::EncodedRequest request = Request("/stream");
    request.dropped = {"seed"};
    return request;
  }
  providers::Decoded Decode(const HttpResponse&, const providers::DecodeContext&) const override {
    return v1::ChatResponse();
  }
  std::unique_ptr<providers::StreamDecoder> NewStreamDecoder(HttpResponse head,
                                                             const providers::StreamContext&) const override {
    return std::make_unique<WordDecoder>(head.status);
  }

 private:
  static providers::EncodedRequest Request(std::string path) {
    providers::EncodedRequest request;
    request.path = std::move(path);
    return request;
  }

  const bool streams_;
};

}  // namespace spillway::server

#endif  // SPILLWAY_TESTS_SERVER_WORD_CODEC_H_
