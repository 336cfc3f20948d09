// A `data:` URL taken apart: how OpenAI's dialect carries an image or a document inline. Pure.
#ifndef SPILLWAY_PROVIDERS_DATA_URL_H_
#define SPILLWAY_PROVIDERS_DATA_URL_H_

#include <optional>
#include <string>
#include <string_view>

namespace spillway::providers {

struct DataUrl {
  // Lower case, without parameters: "image/png". As in RFC 2397, "text/plain" when the URL names none.
  std::string media_type;
  // Base64 as it stands in the URL, a view into it.
  std::string_view base64;
};

// Nothing when `url` is no data URL, or one whose data is not in base64.
std::optional<DataUrl> ParseDataUrl(std::string_view url);

// "data:image/png;base64,…".
std::string MakeDataUrl(std::string_view media_type, std::string_view base64);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_DATA_URL_H_
