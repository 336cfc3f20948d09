#include "providers/json_list_reader.h"

#include <algorithm>

namespace spillway::providers {
namespace {

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace

bool JsonListReader::Feed(std::string_view bytes, Handler handler) {
  if (!problem_.empty()) return false;
  while (!bytes.empty() && !closed()) {
    if (place_ != Place::kInElement) {
      const char c = bytes.front();
      if (!IsSpace(c) && !Outside(c)) return false;
      // The first byte of an element is its own.
      if (place_ != Place::kInElement) bytes.remove_prefix(1);
      continue;
    }
    const std::size_t size = Inside(bytes);
    if (!problem_.empty()) return false;
    const std::string_view piece = bytes.substr(0, size);
    bytes.remove_prefix(size);
    if (pending_.size() + size > kMaxListElement) return Bad("an element of the list is too large");
    const bool ended = place_ == Place::kAfterElement;
    if (!ended || !pending_.empty()) pending_.append(piece);
    if (!ended) continue;
    const bool go_on = handler(pending_.empty() ? piece : std::string_view(pending_));
    pending_.clear();
    if (!go_on) return true;
  }
  return true;
}

bool JsonListReader::Outside(char c) {
  const bool opens = place_ == Place::kBeforeList && c == '[';
  const bool closes =
      c == ']' && (place_ == Place::kAfterElement || (place_ == Place::kBeforeElement && !comma_));
  if (opens) {
    place_ = Place::kBeforeElement;
  } else if (closes) {
    place_ = Place::kAfterList;
  } else if (place_ == Place::kAfterElement && c == ',') {
    place_ = Place::kBeforeElement;
    comma_ = true;
  } else if (place_ == Place::kBeforeElement && c != ',' && c != ']') {
    place_ = Place::kInElement;
  } else {
    return Bad(place_ == Place::kBeforeList ? "there is no list" : "the list is broken");
  }
  return true;
}

std::size_t JsonListReader::Inside(std::string_view bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    bool ended = false;
    if (in_text_) {
      if (!escaped_ && c != '"' && c != '\\') {
        // On to what may mean something.
        i = std::min(bytes.find_first_of("\"\\", i), bytes.size()) - 1;
        continue;
      }
      const bool escapes = !escaped_ && c == '\\';
      in_text_ = escaped_ || c != '"';
      escaped_ = escapes;
      ended = !in_text_ && closing_.empty();
    } else if (c == '"') {
      in_text_ = true;
    } else if (c == '{' || c == '[') {
      closing_ += c == '{' ? '}' : ']';
    } else if (closing_.empty() && (IsSpace(c) || c == ',' || c == ']')) {
      // After a number or a word, and no longer part of it.
      place_ = Place::kAfterElement;
      return i;
    } else if (c == '}' || c == ']') {
      if (closing_.empty() || closing_.back() != c) {
        Bad("the list is broken");
        return i;
      }
      closing_.pop_back();
      ended = closing_.empty();
    }
    if (ended) {
      place_ = Place::kAfterElement;
      return i + 1;
    }
  }
  return bytes.size();
}

bool JsonListReader::Bad(std::string_view problem) {
  problem_ = problem;
  return false;
}

}  // namespace spillway::providers
