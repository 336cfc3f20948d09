// Where Gemini's generateContent is, at AI Studio and at Vertex. Immutable, pure.
//
//   base path                          POST, for the model gemini-x
//   (none)                             /v1beta/models/gemini-x:generateContent
//   /v1beta                            /v1beta/models/gemini-x:generateContent
//   /v1/projects/p/locations/l         {base path}/publishers/google/models/gemini-x:generateContent
//   /v1/publishers/google              {base path}/models/gemini-x:generateContent
//
// A base path that names no version gets AI Studio's v1beta at its end, or Vertex's v1 before its resource.
// A model with a slash is the name of a resource, which stands where such resources do:
//
//   model                              AI Studio: below the version; Vertex: below
//   models/x                           what x alone is below
//   endpoints/123, tunedModels/x       the project
//   publishers/p/models/x              the project, in place of the base path's publisher
//   p/x                                (Vertex) as publishers/p/models/x
//   projects/…                         the version, in place of all that the base path says after it
#ifndef SPILLWAY_PROVIDERS_GEMINI_PATH_H_
#define SPILLWAY_PROVIDERS_GEMINI_PATH_H_

#include <optional>
#include <string>
#include <string_view>

namespace spillway::providers {

class GeminiPath {
 public:
  explicit GeminiPath(std::string_view base_path);

  // The whole path for `model`, whose segments are percent-encoded. Nothing for a name that cannot be part of
  // one: it, or a segment of it, is empty or means a folder.
  std::optional<std::string> For(std::string_view model) const;
  // The same for an answer that is streamed: {path}:streamGenerateContent?alt=sse.
  std::optional<std::string> ForStream(std::string_view model) const;

 private:
  std::optional<std::string> Resource(std::string_view model) const;
  // What follows the version; `encoded` is `model` with a slash before every segment.
  std::string ResourceOf(std::string_view model, std::string_view encoded) const;

  // Up to and with the version.
  std::string root_;
  // "/projects/p/locations/l" and "/publishers/google"; both empty at AI Studio, the first at Vertex where
  // the key stands for the project.
  std::string project_;
  std::string publisher_;
};

// Whether `path` is one of Vertex's.
bool IsVertexPath(std::string_view path);

// Whether the version in `path` is one of the previews: v1beta, v1beta1, v1alpha.
bool IsPreviewPath(std::string_view path);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_GEMINI_PATH_H_
