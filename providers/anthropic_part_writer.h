// Text, images and documents as content blocks of Anthropic's API. Pure functions that report what they
// cannot express through `error`, with its path.
//
//   image, data URL        image, base64: JPEG, PNG, GIF and WebP are all there is
//   image, http(s) URL     image, url: Anthropic fetches it
//   file, PDF              document, base64
//   file, text or JSON     document, text: the data must be base64 of UTF-8
//   file, image            image
//   file id                document, file: only ids in Anthropic's form ("file_…")
//
// Everything else is refused as more than the API can do. A file without a media type is known by the
// extension of its name, or by its first bytes.
#ifndef SPILLWAY_PROVIDERS_ANTHROPIC_PART_WRITER_H_
#define SPILLWAY_PROVIDERS_ANTHROPIC_PART_WRITER_H_

#include <string_view>

#include "google/protobuf/struct.pb.h"
#include "providers/anthropic_block_end.h"
#include "providers/dropped_fields.h"
#include "providers/field_error.h"
#include "providers/json_writer.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// Where blocks go, and what is to be known of them afterwards.
struct AnthropicBlocks {
  JsonWriter& json;
  DroppedFields& dropped;
  FieldError& error;
  // Whether one names an uploaded file, which the request must say it may do.
  bool uses_files = false;
};

// {"type": "text", "text": …}. `text` is not blank: the API refuses blocks that are.
[[nodiscard]] bool WriteAnthropicText(std::string_view text, AnthropicBlockEnd end, AnthropicBlocks& out);

// A part that is no text. `outer` is the `extra` that marks it for the cache if it does not do so itself.
[[nodiscard]] bool WriteAnthropicMedia(const v1::ContentPart& part, const google::protobuf::Struct* outer,
                                       AnthropicBlocks& out);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_ANTHROPIC_PART_WRITER_H_
