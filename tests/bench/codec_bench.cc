// `codec-bench`: what a codec costs a call, in time and in heap allocations, beside what its JSON costs
// alone.
//
// Names read WHAT/API/bytes:N; codec_bench.py makes tables of them. `encode_json` and `decode_json` parse and
// write the same bytes with Boost.JSON, and nothing else: the yardstick of `encode` and `decode`. `stream`
// reads a streamed answer in the pieces that a socket gives; `stream_json` parses and writes each of its
// events. `answer` and `chunks` write an answer in OpenAI's form, whole and as a stream.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "providers/api_name.h"
#include "providers/codec.h"
#include "providers/openai_chunk_encoder.h"
#include "providers/openai_response_encoder.h"
#include "tests/bench/allocations.h"
#include "tests/bench/codec_answer.h"
#include "tests/bench/codec_request.h"
#include "tests/bench/codec_stream.h"

namespace spillway::bench {
namespace {

using providers::Codec;

constexpr std::size_t kSizes[] = {1'000, 100'000};
// The last two show that the time of a byte does not grow with the stream.
constexpr std::size_t kStreamSizes[] = {10'000, 100'000, 1'000'000, 10'000'000};

// Times `work`, which says whether it did what it was meant to, and counts its allocations.
template <class Work>
void Measure(benchmark::State& state, std::size_t bytes, Work work) {
  bool as_meant = work();
  std::uint64_t allocations = 0;
  for (auto _ : state) {
    const std::uint64_t before = Allocations();
    as_meant &= work();
    allocations += Allocations() - before;
  }
  if (!as_meant) state.SkipWithError("a codec did otherwise than meant");
  state.counters["allocations"] =
      benchmark::Counter(static_cast<double>(allocations), benchmark::Counter::kAvgIterations);
  state.counters["bytes"] = static_cast<double>(bytes);
}

std::unique_ptr<const Codec> CodecOf(v1::Api api) {
  return providers::MakeCodec(api, {.base_path = "/v1", .model = "model-1"});
}

void Encode(benchmark::State& state, v1::Api api, std::size_t bytes) {
  const auto codec = CodecOf(api);
  const v1::ChatRequest request = Request(bytes);
  const std::size_t size = codec->Encode(request)->body.size();
  Measure(state, size, [&] {
    const auto encoded = codec->Encode(request);
    return encoded.ok() && encoded->body.size() == size;
  });
}

void Decode(benchmark::State& state, v1::Api api, std::size_t bytes) {
  const auto codec = CodecOf(api);
  const HttpResponse response{200, {{"content-type", "application/json"}}, Answer(api, bytes)};
  Measure(state, response.body.size(), [&] {
    const providers::Decoded decoded = codec->Decode(response, {});
    const auto* answer = std::get_if<v1::ChatResponse>(&decoded);
    return answer != nullptr && answer->choices(0).message().content().size() == TextBytes(bytes) &&
           answer->choices(0).message().tool_calls_size() > 0;
  });
}

void Json(benchmark::State& state, const std::string& text) {
  Measure(state, text.size(), [&] {
    const std::string again = boost::json::serialize(boost::json::parse(text));
    return !again.empty();
  });
}

void EncodeJson(benchmark::State& state, v1::Api api, std::size_t bytes) {
  Json(state, CodecOf(api)->Encode(Request(bytes))->body);
}

void DecodeJson(benchmark::State& state, v1::Api api, std::size_t bytes) { Json(state, Answer(api, bytes)); }

// As much as a socket's read brings.
constexpr std::size_t kPiece = 4096;

bool ReadsAll(const Codec& codec, const StreamedBody& body) {
  const auto decoder = codec.NewStreamDecoder({200, {{"content-type", "text/event-stream"}}, ""}, {});
  std::vector<v1::Delta> deltas;
  std::size_t text = 0;
  for (std::string_view rest = body.bytes; !rest.empty(); rest.remove_prefix(std::min(kPiece, rest.size()))) {
    deltas.clear();
    decoder->Feed(rest.substr(0, kPiece), deltas);
    for (const v1::Delta& delta : deltas) text += delta.content().size();
  }
  return text == body.text_bytes && decoder->Finish(deltas) == providers::StreamState::kComplete;
}

void StreamDecode(benchmark::State& state, v1::Api api, std::size_t bytes) {
  const auto codec = CodecOf(api);
  const StreamedBody body = Stream(api, bytes);
  Measure(state, body.bytes.size(), [&] { return ReadsAll(*codec, body); });
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(body.events.size()));
}

void StreamJson(benchmark::State& state, v1::Api api, std::size_t bytes) {
  const StreamedBody body = Stream(api, bytes);
  Measure(state, body.bytes.size(), [&] {
    bool any = false;
    for (const std::string& event : body.events) {
      any = !boost::json::serialize(boost::json::parse(event)).empty();
    }
    return any;
  });
}

const providers::AnswerIdentity kIdentity{"chatcmpl-1", 1767225600, "model-1"};

v1::ChatResponse Decoded(v1::Api api, std::size_t bytes) {
  return std::get<v1::ChatResponse>(CodecOf(api)->Decode({200, {}, Answer(api, bytes)}, {}));
}

void AnswerEncode(benchmark::State& state, v1::Api api, std::size_t bytes) {
  const v1::ChatResponse answer = Decoded(api, bytes);
  const std::size_t size = providers::EncodeOpenAiResponse(answer, kIdentity).size();
  Measure(state, size, [&] { return providers::EncodeOpenAiResponse(answer, kIdentity).size() == size; });
}

void AnswerJson(benchmark::State& state, v1::Api api, std::size_t bytes) {
  Json(state, providers::EncodeOpenAiResponse(Decoded(api, bytes), kIdentity));
}

// The deltas of a stream, and of each the event that a caller gets.
struct Written {
  std::vector<v1::Delta> deltas;
  std::vector<std::string> events;
  std::size_t size = 0;
};

Written WriteAll(v1::Api api, std::size_t bytes) {
  Written out;
  const auto codec = CodecOf(api);
  const auto decoder = codec->NewStreamDecoder({200, {{"content-type", "text/event-stream"}}, ""}, {});
  decoder->Feed(Stream(api, bytes).bytes, out.deltas);
  const providers::OpenAiChunkEncoder encoder(kIdentity, /*include_usage=*/true);
  for (const v1::Delta& delta : out.deltas) {
    std::string& event = out.events.emplace_back();
    encoder.AppendDelta(delta, event);
    out.size += event.size();
    event.erase(0, std::string_view("data: ").size());
  }
  return out;
}

// Each delta by itself, as it comes.
void Chunks(benchmark::State& state, v1::Api api, std::size_t bytes) {
  const Written written = WriteAll(api, bytes);
  const providers::OpenAiChunkEncoder encoder(kIdentity, /*include_usage=*/true);
  std::string event;
  Measure(state, written.size, [&] {
    std::size_t size = 0;
    for (const v1::Delta& delta : written.deltas) {
      event.clear();
      encoder.AppendDelta(delta, event);
      size += event.size();
    }
    return size == written.size;
  });
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(written.deltas.size()));
}

void ChunksJson(benchmark::State& state, v1::Api api, std::size_t bytes) {
  const Written written = WriteAll(api, bytes);
  Measure(state, written.size, [&] {
    bool any = false;
    for (const std::string& event : written.events) {
      any = !boost::json::serialize(boost::json::parse(event)).empty();
    }
    return any;
  });
}

using OfApi = void (*)(benchmark::State&, v1::Api api, std::size_t bytes);

void Register(std::string_view what, OfApi run, v1::Api api, std::span<const std::size_t> sizes) {
  for (const std::size_t bytes : sizes) {
    const std::string name =
        std::string(what) + "/" + std::string(providers::NameOf(api)) + "/bytes:" + std::to_string(bytes);
    benchmark::RegisterBenchmark(name.c_str(), run, api, bytes);
  }
}

void Register(std::string_view what, OfApi run, std::span<const std::size_t> sizes = kSizes) {
  for (int number = v1::Api_MIN + 1; number <= v1::Api_MAX; ++number) {
    const auto api = static_cast<v1::Api>(number);
    if (v1::Api_IsValid(number) && CodecOf(api) != nullptr) Register(what, run, api, sizes);
  }
}

}  // namespace
}  // namespace spillway::bench

int main(int argc, char** argv) {
  using namespace spillway::bench;  // NOLINT(google-build-using-namespace)
  // The server has threads, and in a process that ever had two, reference counts are atomic.
  std::thread([] {}).join();
  Register("encode", Encode);
  Register("encode_json", EncodeJson);
  Register("decode", Decode);
  Register("decode_json", DecodeJson);
  // Whichever API they came from, answers are written alike.
  Register("answer", AnswerEncode, spillway::v1::API_OPENAI, kSizes);
  Register("answer_json", AnswerJson, spillway::v1::API_OPENAI, kSizes);
  Register("stream", StreamDecode, kStreamSizes);
  Register("stream_json", StreamJson, kStreamSizes);
  Register("chunks", Chunks, spillway::v1::API_OPENAI, std::span(kStreamSizes).first(2));
  Register("chunks_json", ChunksJson, spillway::v1::API_OPENAI, std::span(kStreamSizes).first(2));
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  const bool any = benchmark::RunSpecifiedBenchmarks() != 0;
  benchmark::Shutdown();
  return any ? 0 : 2;
}
