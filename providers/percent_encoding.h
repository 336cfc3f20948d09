// Text as one segment of a URL's path, or one value of its query. Pure.
#ifndef SPILLWAY_PROVIDERS_PERCENT_ENCODING_H_
#define SPILLWAY_PROVIDERS_PERCENT_ENCODING_H_

#include <string>
#include <string_view>

namespace spillway::providers {

// Every byte that is not unreserved (RFC 3986: letters, digits, '-', '.', '_', '~') as %XX.
std::string PercentEncoded(std::string_view text);

// Whether `text` may stand as a segment once it is encoded: one that is empty, or means a folder, does not
// survive the way to the server.
inline bool CanBeASegment(std::string_view text) { return !text.empty() && text != "." && text != ".."; }

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_PERCENT_ENCODING_H_
