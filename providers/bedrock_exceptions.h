// Errors that Bedrock reports inside of a stream. Pure.
//
// They bear the names of the errors it answers requests with, and no status: the name stands for the one it
// would have had there. So the class is the same, whenever an error comes.
#ifndef SPILLWAY_PROVIDERS_BEDROCK_EXCEPTIONS_H_
#define SPILLWAY_PROVIDERS_BEDROCK_EXCEPTIONS_H_

#include <optional>

#include "providers/error_body.h"
#include "providers/event_stream_reader.h"

namespace spillway::providers {

// What an exception (`:exception-type`, its text in the payload) or an error (`:error-code`,
// `:error-message`) says; nothing for an event.
std::optional<ErrorBody> BedrockErrorIn(const EventStreamMessage& message);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_BEDROCK_EXCEPTIONS_H_
