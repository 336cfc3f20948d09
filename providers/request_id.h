// The provider's own id of an exchange, for its support desk. Pure.
#ifndef SPILLWAY_PROVIDERS_REQUEST_ID_H_
#define SPILLWAY_PROVIDERS_REQUEST_ID_H_

#include <string>

#include "transport/http_message.h"

namespace spillway::providers {

// The first of the headers that vendors use for it, made safe to show; empty when there is none.
std::string ProviderRequestId(const HttpHeaders& headers);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_REQUEST_ID_H_
