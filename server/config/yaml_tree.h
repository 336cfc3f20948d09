// A YAML document as a tree of plain values that know where they stand.
//
// Built from the parser's events rather than from its node type, which loses what a strict reader
// must know: duplicate keys, anchors, tags, whether a scalar was quoted, where a value ended.
// Values, thread-safe. Depth and size are bounded, so that recursion over a tree is safe.
#ifndef SPILLWAY_SERVER_CONFIG_YAML_TREE_H_
#define SPILLWAY_SERVER_CONFIG_YAML_TREE_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/config/config_error.h"

namespace spillway::server {

// Far above what a configuration of thousands of endpoints needs.
inline constexpr std::size_t kMaxYamlNodes = 200'000;
inline constexpr std::size_t kMaxYamlDepth = 128;

struct YamlNode {
  enum class Kind { kNull, kScalar, kList, kMap, kAlias };

  Kind kind = Kind::kNull;
  Position at;
  // A scalar in quotes or a block, so text and never a number, a bool or null.
  bool quoted = false;
  bool has_anchor = false;
  bool has_tag = false;
  // Of a scalar. Of a null that somebody wrote: `null` or `~`; empty where nothing stands.
  std::string text;
  // Of a map: items[i] is the value of keys[i]. Duplicates are kept.
  std::vector<YamlNode> keys;
  // Of a list or a map.
  std::vector<YamlNode> items;
};

// What is wrong with the form of `node` alone, empty if nothing is. Anchors and tags are refused whole:
// without aliases there are no bombs, without tags no second meaning of a value.
std::string_view FaultOfForm(const YamlNode& node);

// The one document of `text`, its root a map. Nothing, with an error added, if there is none.
std::optional<YamlNode> ParseYaml(std::string_view text, ConfigErrors* errors);

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_YAML_TREE_H_
