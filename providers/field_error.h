// What is wrong with one field of a message, found deep inside and named from the outside in.
//
// Whoever finds the fault calls Set; every enclosing level adds its own step with In as the
// call unwinds. Both return false, to be returned on. So the path costs nothing until it is
// needed. A value type.
#ifndef SPILLWAY_PROVIDERS_FIELD_ERROR_H_
#define SPILLWAY_PROVIDERS_FIELD_ERROR_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace spillway::providers {

class FieldError {
 public:
  // `path` as seen from here ("extra.top_k"), `problem` as the rest of the sentence ("must be finite").
  bool Set(std::string_view path, std::string_view problem) {
    path_ = std::string(path);
    problem_ = std::string(problem);
    return false;
  }

  // As Set, for what is no mistake, but more than this API or its model can do: another may.
  bool Unsupported(std::string_view path, std::string_view problem) {
    unsupported_ = true;
    return Set(path, problem);
  }

  // The fault lies inside `field`.
  bool In(std::string_view field) {
    const bool joined = path_.empty() || path_.front() == '[';
    path_ = std::string(field) + (joined ? "" : ".") + path_;
    return false;
  }

  // The fault lies inside element `index` of `field`.
  bool In(std::string_view field, std::size_t index) {
    In("[" + std::to_string(index) + "]");
    return In(field);
  }

  const std::string& path() const { return path_; }
  const std::string& problem() const { return problem_; }

  // INVALID_ARGUMENT: "messages[0].role is not set". Or UNIMPLEMENTED: "n is more than Anthropic can do".
  absl::Status ToStatus() const {
    return {unsupported_ ? absl::StatusCode::kUnimplemented : absl::StatusCode::kInvalidArgument,
            path_.empty() ? problem_ : absl::StrCat(path_, " ", problem_)};
  }

 private:
  std::string path_;
  std::string problem_;
  bool unsupported_ = false;
};

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_FIELD_ERROR_H_
