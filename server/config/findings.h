// What validation found, each finding at its place in the file.
//
// Not thread-safe. Refers to the source map and the list it was given.
#ifndef SPILLWAY_SERVER_CONFIG_FINDINGS_H_
#define SPILLWAY_SERVER_CONFIG_FINDINGS_H_

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "server/config/config_error.h"
#include "server/config/source_map.h"

namespace spillway::server {

class Findings {
 public:
  Findings(const SourceMap& source, ConfigErrors* errors) : source_(source), errors_(*errors) {}

  // Something is wrong with what stands at `path`.
  void Add(const std::string& path, std::string what);

  // The same, if `what` is not empty.
  void AddIfAny(const std::string& path, std::string what);

  // `field` of the message at `parent` is not there. Nothing is said where reading the file has
  // failed at either: that was the mistake.
  void AddMissing(const std::string& parent, std::string_view field, std::string what);

  // Whether `field` of the message at `parent` was written and could be read.
  bool IsRead(const std::string& parent, std::string_view field) const;

  // Suggestion() of nearest_word.h, as long as there are few enough errors for somebody to read
  // it: looking for what each of ten thousand bad names may have meant would take minutes.
  std::string Hint(std::string_view word, const std::function<std::vector<std::string>()>& known) const;

  const SourceMap& source() const { return source_; }

 private:
  const SourceMap& source_;
  ConfigErrors& errors_;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_FINDINGS_H_
