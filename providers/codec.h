// One provider API's two directions: a ChatRequest to the HTTP it speaks, and its HTTP back to
// a ChatResponse or a classified failure.
//
// Pure: no I/O, no clock, no randomness. A codec is built once per target from configuration
// (paths and constant headers are resolved then), is immutable, and may be used from any
// thread. It never sees a credential.
#ifndef SPILLWAY_PROVIDERS_CODEC_H_
#define SPILLWAY_PROVIDERS_CODEC_H_

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "providers/stream_decoder.h"
#include "router/failure.h"
#include "spillway/v1/chat.pb.h"
#include "spillway/v1/config.pb.h"
#include "transport/http_message.h"

namespace spillway::providers {

// What a codec is bound to, all of it from configuration.
struct TargetSpec {
  // Path part of the endpoint's URL without a trailing slash: "/v1", or "".
  std::string base_path;
  // The model to ask for; replaces the request's own.
  std::string model;
  // If not empty, the whole path in place of the API's own.
  std::string path;
  // Of the endpoint, for the APIs that have versions; empty: the API's default.
  std::string api_version;
};

// What Decode needs to know beside the response.
struct DecodeContext {
  // Wall-clock time of the response's arrival, to read HTTP dates against.
  std::chrono::system_clock::time_point now;
};

// What reading a stream needs to know beside its bytes.
struct StreamContext {
  // As of the head's arrival.
  DecodeContext decode;
  // EncodedRequest::choices of the request.
  int choices = 1;
};

// An exchange to perform.
struct EncodedRequest : HttpRequest {
  // Names of request fields that the API cannot express and that were left out: see docs/providers.md.
  // In ascending order, none twice. Texts of the program: valid for ever.
  std::vector<std::string_view> dropped;
  // How many choices it asks for.
  int choices = 1;
};

// A whole answer, or how the attempt failed.
using Decoded = std::variant<v1::ChatResponse, router::FailedAttempt>;

class Codec {
 public:
  virtual ~Codec() = default;

  // The exchange to perform. INVALID_ARGUMENT, naming the field, when no target could take the
  // request; UNIMPLEMENTED, naming the field, when it asks for more than this API or this target's
  // model can do: another may. An empty `spec.model` keeps the request's own model.
  virtual absl::StatusOr<EncodedRequest> Encode(const v1::ChatRequest& request) const = 0;

  // As Encode, for an answer that is streamed. Asks for its usage, whether the caller did or not.
  virtual absl::StatusOr<EncodedRequest> EncodeStream(const v1::ChatRequest& request) const = 0;

  // Reads any response, of any status. Never throws, never returns a truncated answer as whole.
  virtual Decoded Decode(const HttpResponse& response, const DecodeContext& context) const = 0;

  // As Decode, but a whole answer goes straight into `out`, wherever that lives (an arena, perhaps). `out` is
  // empty, and is so again after a failure.
  virtual std::optional<router::FailedAttempt> DecodeInto(const HttpResponse& response,
                                                          const DecodeContext& context,
                                                          v1::ChatResponse& out) const;

  // Reads the answer to what EncodeStream wrote, whose `head` (no body yet; any status) has come. The codec
  // outlives the decoder.
  virtual std::unique_ptr<StreamDecoder> NewStreamDecoder(HttpResponse head,
                                                          const StreamContext& context) const = 0;
};

// The codec for `api`, bound to `spec`. `api` is one the build knows (configuration checked it).
std::unique_ptr<const Codec> MakeCodec(v1::Api api, TargetSpec spec);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_CODEC_H_
