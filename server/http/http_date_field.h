// The Date of an answer, written once a second. Thread-safety: none.
#ifndef SPILLWAY_SERVER_HTTP_HTTP_DATE_FIELD_H_
#define SPILLWAY_SERVER_HTTP_HTTP_DATE_FIELD_H_

#include <ctime>
#include <string>
#include <string_view>

namespace spillway::server {

class HttpDateField {
 public:
  // "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"; valid until the next call.
  std::string_view At(std::time_t now);

 private:
  std::time_t written_at_ = -1;
  std::string field_;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_HTTP_HTTP_DATE_FIELD_H_
