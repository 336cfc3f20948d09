#include "server/config/source_map.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "server/config/secret_looks.h"

namespace spillway::server {
namespace {

absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

std::string FieldPath(std::string_view parent, std::string_view field) {
  std::string path(parent);
  if (!path.empty()) path += '.';
  return path.append(field);
}

std::string KeyPath(std::string_view parent, std::string_view key) {
  if (IsPathWord(key)) return FieldPath(parent, key);
  return std::string(parent) + "[" + Quoted(key) + "]";
}

bool IsPathWord(std::string_view key) {
  const auto is_plain = [](char c) { return absl::ascii_isalnum(c) || c == '_' || c == '-'; };
  return !key.empty() && key.size() <= 64 && std::all_of(key.begin(), key.end(), is_plain) &&
         !LooksSecret(key);
}

std::string ItemPath(std::string_view list, std::size_t index) {
  return std::string(list) + "[" + std::to_string(index) + "]";
}

Position SourceMap::Find(std::string_view path) const {
  while (true) {
    const auto found = positions_.find(View(path));
    if (found != positions_.end()) return found->second;
    if (path.empty()) return Position{};
    const std::size_t end = path.find_last_of(".[");
    path = end == std::string_view::npos ? std::string_view() : path.substr(0, end);
  }
}

bool SourceMap::Contains(std::string_view path) const { return positions_.contains(View(path)); }

bool SourceMap::IsBroken(std::string_view path) const { return broken_.contains(View(path)); }

void SourceMap::Add(std::string path, Position at) { positions_.insert_or_assign(std::move(path), at); }

void SourceMap::MarkBroken(std::string path) { broken_.insert(std::move(path)); }

}  // namespace spillway::server
