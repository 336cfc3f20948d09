// Messages of AWS's event stream encoding, written by hand.
#ifndef SPILLWAY_TESTS_PROVIDERS_BEDROCK_FRAMES_H_
#define SPILLWAY_TESTS_PROVIDERS_BEDROCK_FRAMES_H_

#include <boost/crc.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spillway::providers {

inline std::string BigEndian(std::uint64_t number, int size) {
  std::string out;
  for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) out += static_cast<char>(number >> shift & 0xff);
  return out;
}

inline std::string Crc32(std::string_view bytes) {
  boost::crc_32_type sum;
  sum.process_bytes(bytes.data(), bytes.size());
  return BigEndian(sum.checksum(), 4);
}

// `value` as its type has it on the wire.
inline std::string FrameHeader(std::string_view name, int type, std::string_view value) {
  return BigEndian(name.size(), 1).append(name) +
         BigEndian(static_cast<std::uint64_t>(type), 1).append(value);
}

inline std::string TextHeader(std::string_view name, std::string_view value) {
  return FrameHeader(name, 7, BigEndian(value.size(), 2).append(value));
}

// With `headers` as they are on the wire.
inline std::string Frame(std::string_view headers, std::string_view payload) {
  std::string out = BigEndian(16 + headers.size() + payload.size(), 4) + BigEndian(headers.size(), 4);
  out += Crc32(out);
  out.append(headers).append(payload);
  return out += Crc32(out);
}

// One event of ConverseStream.
inline std::string EventFrame(std::string_view type, std::string_view payload) {
  return Frame(TextHeader(":event-type", type) + TextHeader(":content-type", "application/json") +
                   TextHeader(":message-type", "event"),
               payload);
}

inline std::string ExceptionFrame(std::string_view type, std::string_view payload) {
  return Frame(TextHeader(":exception-type", type) + TextHeader(":content-type", "application/json") +
                   TextHeader(":message-type", "exception"),
               payload);
}

}  // namespace spillway::providers

#endif  // SPILLWAY_TESTS_PROVIDERS_BEDROCK_FRAMES_H_
