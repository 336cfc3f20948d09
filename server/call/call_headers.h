// What a call says of itself beside its answer: `x-spillway-*`, `x-request-id` and, to a
// caller that sent one, `traceparent`; whatever carries them.
#ifndef SPILLWAY_SERVER_CALL_CALL_HEADERS_H_
#define SPILLWAY_SERVER_CALL_CALL_HEADERS_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "router/time.h"
#include "server/call_runner.h"

namespace spillway::server {

// Where a name (which lasts) and its value go.
using HeaderAdder = absl::FunctionRef<void(const std::string& name, const std::string& value)>;

// Of a call that has ended and of whose answer nothing has been given out; of one that failed, what applies.
void AddCallHeaders(const CallInput& input, const CallResult& result, const std::string& request_id,
                    HeaderAdder add);

// Of a stream whose first token is here.
void AddServingHeaders(const CallInput& input, const ServingAnswer& answer, const std::string& request_id,
                       HeaderAdder add);

// Their final values, of a stream that has served: its end may be a failure, or another target's.
void AddFinalHeaders(const CallInput& input, const CallResult& result, const std::string& request_id,
                     HeaderAdder add);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CALL_CALL_HEADERS_H_
