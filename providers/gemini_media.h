// Images, sound and documents as the blobs and files of a Gemini part. Pure.
//
//   a data URL, base64        inlineData, if its type is one that Gemini reads
//   gs://…                    fileData at Vertex
//   https://…                 fileData at Vertex, and at AI Studio for 2.5 and later models, which fetch it
//   a file of Google's own    fileData at AI Studio (https://generativelanguage.googleapis.com/…)
//   http://…                  fileData at Vertex
//
// Everything else is refused as more than the API can do. A URL's type is told by its extension.
#ifndef SPILLWAY_PROVIDERS_GEMINI_MEDIA_H_
#define SPILLWAY_PROVIDERS_GEMINI_MEDIA_H_

#include "providers/field_error.h"
#include "providers/gemini_target.h"
#include "providers/json_writer.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// Each writes one member into the part being written; the path in `error` starts inside of the argument.
[[nodiscard]] bool WriteGeminiImage(const v1::ImageUrl& image, const GeminiTarget& target, JsonWriter& json,
                                    FieldError& error);
[[nodiscard]] bool WriteGeminiAudio(const v1::InputAudio& audio, JsonWriter& json, FieldError& error);
[[nodiscard]] bool WriteGeminiFile(const v1::File& file, const GeminiTarget& target, JsonWriter& json,
                                   FieldError& error);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_GEMINI_MEDIA_H_
