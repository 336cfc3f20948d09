// An HTTP answer as the bytes that stand on the wire. Pure.
#ifndef SPILLWAY_SERVER_HTTP_ANSWER_WRITER_H_
#define SPILLWAY_SERVER_HTTP_ANSWER_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/http/answer_head.h"

namespace spillway::server {

// How an answer's end is told from the bytes before it.
enum class AnswerFraming : std::uint8_t {
  kLength,
  kChunked,
  // By the end of the connection.
  kUntilClose,
  // There is no body, whatever the head says of one.
  kNoBody,
};

struct AnswerManner {
  AnswerFraming framing = AnswerFraming::kLength;
  std::size_t length = 0;
  // The last on this connection.
  bool close = false;
  // The client closes unless told not to.
  bool http_1_0 = false;
};

// 204 and 304 never have a body, nor a length that anybody should believe.
constexpr bool MayHaveBody(int status) { return status != 204 && status != 304; }

// Appends the status line, the fields, those that `manner` asks for, `date_field`, and the empty line.
void AppendHead(const AnswerHead& head, const AnswerManner& manner, std::string_view date_field,
                std::string& out);

// `bytes` are not empty: an empty chunk is the last.
void AppendChunk(std::string_view bytes, std::string& out);

inline constexpr std::string_view kLastChunk = "0\r\n\r\n";
inline constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_HTTP_ANSWER_WRITER_H_
