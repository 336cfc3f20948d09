#include "providers/tool_call_ids.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "providers/stable_hash.h"

namespace spillway::providers {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
// Characters that 64 bits are good for.
constexpr std::size_t kDerivedLength = 10;

}  // namespace

bool ToolCallIds::Fits(std::string_view id) const {
  return id.size() >= form_.min_length && id.size() <= form_.max_length &&
         std::all_of(id.begin(), id.end(), [this](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
                  form_.punctuation.find(c) != std::string_view::npos;
         });
}

std::string ToolCallIds::Derived(std::string_view id, std::size_t occurrence) const {
  std::uint64_t hash = StableHash(id, occurrence);
  std::string out;
  const std::size_t length = std::clamp(kDerivedLength, form_.min_length, form_.max_length);
  while (out.size() < length) {
    out += kAlphabet[hash % kAlphabet.size()];
    hash /= kAlphabet.size();
  }
  return out;
}

std::string ToolCallIds::ForCall(std::string_view id) {
  std::string sent(id);
  for (std::size_t occurrence = 0; !Fits(sent) || taken_.contains(sent); ++occurrence) {
    sent = Derived(id, occurrence);
  }
  taken_.insert(sent);
  latest_.insert_or_assign(id, sent);
  return sent;
}

std::string ToolCallIds::ForResult(std::string_view id) const {
  const auto known = latest_.find(id);
  if (known != latest_.end()) return known->second;
  return Fits(id) ? std::string(id) : Derived(id, 0);
}

}  // namespace spillway::providers
