// Where each field of a configuration stands in its file, by path.
//
// Thread-safety: immutable once filled; filling is single-threaded.
#ifndef SPILLWAY_SERVER_CONFIG_SOURCE_MAP_H_
#define SPILLWAY_SERVER_CONFIG_SOURCE_MAP_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "server/config/config_error.h"

namespace spillway::server {

// "a.b" and "name": "a.b.name"; "" and "name": "name".
std::string FieldPath(std::string_view parent, std::string_view field);

// The same for a key that is not one of the schema's: "a.b" and "x y": `a.b["x y"]`.
std::string KeyPath(std::string_view parent, std::string_view key);

// Whether a key is plain enough to stand in a path as it is.
bool IsPathWord(std::string_view key);

// "a.b" and 2: "a.b[2]".
std::string ItemPath(std::string_view list, std::size_t index);

class SourceMap {
 public:
  // The place of `path` or, if it was not written, of the nearest message around it. A scalar
  // stands where its value is, a message or list where its key is, a list's item where it begins.
  Position Find(std::string_view path) const;

  // Whether the file has something at `path`.
  bool Contains(std::string_view path) const;

  // Whether what is written at `path` could not be read in full. To complain about what
  // seems to be missing from it would be to report one mistake twice.
  bool IsBroken(std::string_view path) const;

  void Add(std::string path, Position at);
  void MarkBroken(std::string path);

 private:
  absl::flat_hash_map<std::string, Position> positions_;
  absl::flat_hash_set<std::string> broken_;
};

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_SOURCE_MAP_H_
