#include "tests/sim/bedrock_frame.h"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace spillway::sim {
namespace {

constexpr std::size_t kPrelude = 12;
constexpr std::size_t kChecksum = 4;
// A header's type: a string.
constexpr char kString = 7;

constexpr std::array<std::uint32_t, 256> MakeCrcTable() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value & 1) != 0 ? (value >> 1) ^ 0xEDB88320 : value >> 1;
    table[i] = value;
  }
  return table;
}

constexpr std::array<std::uint32_t, 256> kCrcTable = MakeCrcTable();

void AppendBigEndian(std::uint32_t number, int bytes, std::string& out) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
    out += static_cast<char>((number >> shift) & 0xFF);
}

std::uint32_t BigEndian(std::string_view bytes) {
  std::uint32_t number = 0;
  for (const char byte : bytes) number = (number << 8) | static_cast<unsigned char>(byte);
  return number;
}

void AppendHeader(std::string_view name, std::string_view value, std::string& out) {
  AppendBigEndian(static_cast<std::uint32_t>(name.size()), 1, out);
  out += name;
  out += kString;
  AppendBigEndian(static_cast<std::uint32_t>(value.size()), 2, out);
  out += value;
}

std::string Frame(std::string_view headers, std::string_view payload) {
  std::string frame;
  const std::size_t total = kPrelude + headers.size() + payload.size() + kChecksum;
  frame.reserve(total);
  AppendBigEndian(static_cast<std::uint32_t>(total), 4, frame);
  AppendBigEndian(static_cast<std::uint32_t>(headers.size()), 4, frame);
  AppendBigEndian(Crc32(frame), 4, frame);
  frame += headers;
  frame += payload;
  AppendBigEndian(Crc32(frame), 4, frame);
  return frame;
}

std::string Headers(std::string_view type_header, std::string_view type, std::string_view message_type) {
  std::string headers;
  AppendHeader(type_header, type, headers);
  AppendHeader(":content-type", "application/json", headers);
  AppendHeader(":message-type", message_type, headers);
  return headers;
}

std::string_view HeadersOf(std::string_view frame) {
  return frame.substr(kPrelude, BigEndian(frame.substr(4, 4)));
}

}  // namespace

std::uint32_t Crc32(std::string_view bytes) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const char byte : bytes) crc = kCrcTable[(crc ^ static_cast<unsigned char>(byte)) & 0xFF] ^ (crc >> 8);
  return ~crc;
}

std::string BedrockEventFrame(std::string_view event_type, std::string_view payload) {
  return Frame(Headers(":event-type", event_type, "event"), payload);
}

std::string BedrockExceptionFrame(std::string_view exception_type, std::string_view payload) {
  return Frame(Headers(":exception-type", exception_type, "exception"), payload);
}

std::string_view BedrockPayloadOf(std::string_view frame) {
  if (frame.size() < kPrelude + kChecksum) return "";
  const std::size_t begin = kPrelude + HeadersOf(frame).size();
  return frame.substr(begin, frame.size() - begin - kChecksum);
}

std::string WithBedrockPayload(std::string_view frame, std::string_view payload) {
  return Frame(HeadersOf(frame), payload);
}

}  // namespace spillway::sim
