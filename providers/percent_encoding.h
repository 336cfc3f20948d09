// Text as one segment of a URL's path, or one value of its query. Pure.
#ifndef SPILLWAY_PROVIDERS_PERCENT_ENCODING_H_
#define SPILLWAY_PROVIDERS_PERCENT_ENCODING_H_

#include <string>
#include <string_view>

namespace spillway::providers {

// Every byte that is not unreserved (RFC 3986: letters, digits, '-', '.', '_', '~') as %XX.
std::string PercentEncoded(std::string_view text);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_PERCENT_ENCODING_H_
