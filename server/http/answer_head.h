// The head of an HTTP answer, written as it will stand on the wire.
//
// A value type. The connection adds what is its own business: Date, Connection, Content-Length or
// Transfer-Encoding.
#ifndef SPILLWAY_SERVER_HTTP_ANSWER_HEAD_H_
#define SPILLWAY_SERVER_HTTP_ANSWER_HEAD_H_

#include <string>
#include <string_view>

namespace spillway::server {

struct AnswerHead {
  int status = 200;
  // "name: value\r\n", any number of times.
  std::string fields;

  // `name` is a literal. Characters that would end the field (CR, LF, NUL) and other controls become spaces.
  void Add(std::string_view name, std::string_view value);
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_HTTP_ANSWER_HEAD_H_
