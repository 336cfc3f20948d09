// A list of content parts, as several APIs answer it, reduced to text and reasoning. Pure.
#ifndef SPILLWAY_PROVIDERS_CONTENT_PARTS_H_
#define SPILLWAY_PROVIDERS_CONTENT_PARTS_H_

#include <boost/json.hpp>
#include <string>

namespace spillway::providers {

struct FlatContent {
  // The `text` and `output_text` parts, and those that have a text and no type, joined.
  std::string text;
  // The `thinking` parts, joined; each is a string or itself a list of text parts. So is the
  // `summary` of Databricks's `reasoning` parts.
  std::string thinking;
  // Whether those two say all there was in the list: no part of another type, no further members.
  bool complete = true;
};

FlatContent FlattenParts(const boost::json::array& parts);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_CONTENT_PARTS_H_
