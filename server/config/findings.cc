#include "server/config/findings.h"

#include <utility>

#include "server/config/nearest_word.h"

namespace spillway::server {
namespace {

constexpr std::size_t kMostHints = 100;

}  // namespace

void Findings::Add(const std::string& path, std::string what) {
  const Position at = source_.Find(path);
  errors_.push_back({at.line, at.column, path, std::move(what)});
}

void Findings::AddIfAny(const std::string& path, std::string what) {
  if (!what.empty()) Add(path, std::move(what));
}

void Findings::AddMissing(const std::string& parent, std::string_view field, std::string what) {
  const std::string path = FieldPath(parent, field);
  if (!source_.IsBroken(parent) && !source_.IsBroken(path)) Add(path, std::move(what));
}

bool Findings::IsRead(const std::string& parent, std::string_view field) const {
  const std::string path = FieldPath(parent, field);
  return source_.Contains(path) && !source_.IsBroken(path);
}

std::string Findings::Hint(std::string_view word,
                           const std::function<std::vector<std::string>()>& known) const {
  return errors_.size() < kMostHints ? Suggestion(word, known()) : "";
}

}  // namespace spillway::server
