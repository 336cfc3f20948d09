// What an HTTP request says of who it is from.
#ifndef SPILLWAY_SERVER_OPENAI_KEY_HEADER_H_
#define SPILLWAY_SERVER_OPENAI_KEY_HEADER_H_

#include <string>

#include "server/caller_registry.h"
#include "transport/http_message.h"

namespace spillway::server {

// `authorization: Bearer KEY`, or `api-key: KEY` as Azure's clients send it, which is the same. Both with the
// same key count once. `scratch` holds what the result may point to, as do the headers.
Authorization AuthorizationOf(const HttpHeaders& headers, std::string& scratch);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_OPENAI_KEY_HEADER_H_
