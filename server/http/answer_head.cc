#include "server/http/answer_head.h"

namespace spillway::server {
namespace {

bool IsControl(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F; }

}  // namespace

void AnswerHead::Add(std::string_view name, std::string_view value) {
  fields.append(name).append(": ");
  for (const char c : value) fields += IsControl(c) ? ' ' : c;
  fields += "\r\n";
}

}  // namespace spillway::server
