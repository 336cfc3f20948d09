// Images and documents, inline or in S3, as blocks of Bedrock's Converse. Pure.
//
// Bedrock fetches nothing but from S3: any other URL is refused (UNIMPLEMENTED), as is a format it does not
// know. A file's `file_id` may be an s3:// URL.
#ifndef SPILLWAY_PROVIDERS_BEDROCK_MEDIA_H_
#define SPILLWAY_PROVIDERS_BEDROCK_MEDIA_H_

#include <string>
#include <string_view>

#include "absl/container/flat_hash_set.h"
#include "providers/field_error.h"
#include "providers/json_writer.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// The names of one request's documents. Bedrock takes ASCII letters, digits, hyphens, parentheses, square
// brackets and single spaces, at most 200 of them, and no name twice.
class BedrockDocumentNames {
 public:
  // From the caller's name for the file, without its extension: "report", "report (2)"; "document" for none.
  std::string Next(std::string_view filename);

 private:
  absl::flat_hash_set<std::string> taken_;
};

// {"image": {…}}
[[nodiscard]] bool WriteBedrockImage(const v1::ImageUrl& image, JsonWriter& json, FieldError& error);

// {"document": {…}}; `name` is one of BedrockDocumentNames.
[[nodiscard]] bool WriteBedrockDocument(const v1::File& file, std::string_view name, JsonWriter& json,
                                        FieldError& error);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_BEDROCK_MEDIA_H_
