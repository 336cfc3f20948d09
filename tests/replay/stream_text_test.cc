// Every recorded stream, event by event: texts are given out with the event that brings them.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "tests/replay/every_recorded_stream.h"

namespace spillway::replay {
namespace {

namespace json = boost::json;
using providers::StreamState;

// What each choice says in texts of all kinds.
using Texts = std::map<int, std::string>;

// As a unary answer that ended there would have it; nothing before there is one.
Texts TextsOf(const Stream& stream, std::size_t events) {
  json::object body = Join(
      stream.api(), {stream.events().begin(), stream.events().begin() + static_cast<std::ptrdiff_t>(events)});
  body.erase("error");
  EndChoices(stream.api(), body);
  const auto decoded = stream.codec().Decode({200, {}, json::serialize(body)}, {});
  Texts texts;
  const auto* answer = std::get_if<v1::ChatResponse>(&decoded);
  if (answer == nullptr) return texts;
  for (const v1::Choice& choice : answer->choices()) {
    const v1::Message& said = choice.message();
    const std::string text = said.reasoning_content() + said.content() + said.refusal();
    if (!text.empty()) texts[choice.index()] = text;
  }
  return texts;
}

// Of the deltas so far.
class Said {
 public:
  void Add(const v1::Delta& delta) {
    Texts& kind = delta.has_reasoning_content() ? reasoning_ : delta.has_refusal() ? refusal_ : content_;
    kind[delta.choice_index()] += delta.reasoning_content() + delta.content() + delta.refusal();
  }
  Texts all() const {
    Texts out;
    for (const Texts* kind : {&reasoning_, &content_, &refusal_}) {
      for (const auto& [choice, text] : *kind) {
        if (!text.empty()) out[choice] += text;
      }
    }
    return out;
  }

 private:
  Texts reasoning_, content_, refusal_;
};

TEST_F(EveryRecordedStream, IsGivenOutAsItComes) {
  ForEach([](const Stream& stream) {
    const auto& recording = stream.recording();
    const auto decoder = stream.codec().NewStreamDecoder(
        {recording.response.status, recording.response.headers, ""}, {.choices = ChoicesAskedFor(recording)});
    Said said;
    std::size_t fed = 0;
    for (std::size_t i = 0; i < stream.events().size(); ++i) {
      const RecordedEvent& event = stream.events()[i];
      std::vector<v1::Delta> deltas;
      const StreamState state = decoder->Feed(stream.body().substr(fed, event.end - fed), deltas);
      fed = event.end;
      for (const v1::Delta& delta : deltas) said.Add(delta);
      if (state == StreamState::kFailed || !stream.IsDelimited(stream.body().substr(0, event.end))) continue;
      ASSERT_EQ(said.all(), TextsOf(stream, i + 1)) << "after event " << i << ": " << event.data;
    }
  });
}

}  // namespace
}  // namespace spillway::replay
