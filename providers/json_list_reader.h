// The elements of one JSON list out of bytes as they come: any split of the bytes gives the same elements.
//
// Only finds where elements end, by their brackets: whether what is between two of those places is JSON, its
// reader will tell. Each byte is looked at once, and one element at a time is held. Pure, not thread-safe.
#ifndef SPILLWAY_PROVIDERS_JSON_LIST_READER_H_
#define SPILLWAY_PROVIDERS_JSON_LIST_READER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"

namespace spillway::providers {

// Of one element. Longer than any piece of an answer, short enough for memory to bear.
inline constexpr std::size_t kMaxListElement = 16 * 1024 * 1024;

class JsonListReader {
 public:
  // An element's text, without white space around it; valid until the handler returns. False: enough, no more
  // elements are wanted.
  using Handler = absl::FunctionRef<bool(std::string_view element)>;

  // Calls `handler` for each element that `bytes` complete. False: what came is no list, or an element is
  // larger than kMaxListElement, and the reader is of no more use.
  [[nodiscard]] bool Feed(std::string_view bytes, Handler handler);

  // Once Feed was false: what is wrong, for people.
  std::string_view problem() const { return problem_; }
  // Whether the list's own bracket has closed it. What comes after is passed over.
  bool closed() const { return place_ == Place::kAfterList; }
  // Whether an element, or what should be one, has begun and not ended.
  bool in_element() const { return place_ == Place::kInElement; }

 private:
  enum class Place : std::uint8_t { kBeforeList, kBeforeElement, kInElement, kAfterElement, kAfterList };

  // Reads what stands between elements. False: it cannot stand there.
  bool Outside(char c);
  // How many of `bytes`, all of them or up to its end, belong to the element. Sets the problem where a
  // bracket closes none.
  std::size_t Inside(std::string_view bytes);
  bool Bad(std::string_view problem);

  Place place_ = Place::kBeforeList;
  // Of the element: the brackets that are to close it, and whether a text is open, or an escape in it.
  std::string closing_;
  bool in_text_ = false;
  bool escaped_ = false;
  // Whether a comma came that an element must follow.
  bool comma_ = false;
  // What earlier reads brought of the element.
  std::string pending_;
  std::string_view problem_;
};

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_JSON_LIST_READER_H_
