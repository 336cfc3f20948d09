// `codec-bench`: what a codec costs a call, in time and in heap allocations, beside what its JSON costs
// alone.
//
// Names read WHAT/API/bytes:N; codec_bench.py makes tables of them. `encode_json` and `decode_json` parse and
// write the same bytes with Boost.JSON, and nothing else: the yardstick of `encode` and `decode`.
#include <benchmark/benchmark.h>

#include <boost/json.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "providers/api_name.h"
#include "providers/codec.h"
#include "tests/bench/allocations.h"
#include "tests/bench/codec_answer.h"
#include "tests/bench/codec_request.h"

namespace spillway::bench {
namespace {

using providers::Codec;

constexpr std::size_t kSizes[] = {1'000, 100'000};

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

using OfApi = void (*)(benchmark::State&, v1::Api api, std::size_t bytes);

void Register(std::string_view what, OfApi run) {
  for (int number = v1::Api_MIN + 1; number <= v1::Api_MAX; ++number) {
    const auto api = static_cast<v1::Api>(number);
    if (!v1::Api_IsValid(number) || CodecOf(api) == nullptr) continue;
    for (const std::size_t bytes : kSizes) {
      const std::string name =
          std::string(what) + "/" + std::string(providers::NameOf(api)) + "/bytes:" + std::to_string(bytes);
      benchmark::RegisterBenchmark(name.c_str(), run, api, bytes);
    }
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
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  const bool any = benchmark::RunSpecifiedBenchmarks() != 0;
  benchmark::Shutdown();
  return any ? 0 : 2;
}
