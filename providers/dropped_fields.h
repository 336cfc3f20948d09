// What an encoder leaves out of a request, by the fields' names. A value type. Pure.
#ifndef SPILLWAY_PROVIDERS_DROPPED_FIELDS_H_
#define SPILLWAY_PROVIDERS_DROPPED_FIELDS_H_

#include <algorithm>
#include <string_view>
#include <vector>

namespace spillway::providers {

class DroppedFields {
 public:
  // `name` is a literal: "seed", or "messages.name" for a member of the messages. Only if the caller `set`
  // it.
  void AddIf(bool set, std::string_view name) {
    if (set) names_.push_back(name);
  }
  void Add(std::string_view name) { names_.push_back(name); }

  // Ascending, none twice.
  std::vector<std::string_view> Take() {
    std::sort(names_.begin(), names_.end());
    names_.erase(std::unique(names_.begin(), names_.end()), names_.end());
    return std::move(names_);
  }

 private:
  std::vector<std::string_view> names_;
};

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_DROPPED_FIELDS_H_
