// AWS's event stream encoding, written: lengths, headers, payload, two checksums.
//
// Pure; thread-safe. Source of the layout: smithy.io, "Amazon Event Stream Specification".
#ifndef SPILLWAY_TESTS_SIM_BEDROCK_FRAME_H_
#define SPILLWAY_TESTS_SIM_BEDROCK_FRAME_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace spillway::sim {

// CRC-32 as in Ethernet and gzip.
std::uint32_t Crc32(std::string_view bytes);

// A message of type "event", with a JSON payload.
std::string BedrockEventFrame(std::string_view event_type, std::string_view payload);
// A message of type "exception": "throttlingException".
std::string BedrockExceptionFrame(std::string_view exception_type, std::string_view payload);

// The payload of one whole message; "" if it is none. Checksums are not looked at.
std::string_view BedrockPayloadOf(std::string_view frame);
// The same message with another payload.
std::string WithBedrockPayload(std::string_view frame, std::string_view payload);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_BEDROCK_FRAME_H_
