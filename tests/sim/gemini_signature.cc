#include "tests/sim/gemini_signature.h"

#include "tests/sim/json_members.h"
#include "tests/sim/stable_id.h"

namespace spillway::sim {
namespace {

// A multiple of four, so that the whole is base64.
constexpr std::size_t kSeedLength = 12;

std::string Signed(std::string_view seed, std::string_view function) {
  return std::string(seed) + SignatureOf(std::string(seed) + "/" + std::string(function));
}

}  // namespace

bool GeminiSigns(std::string_view model) { return model.starts_with("gemini-3"); }

std::string GeminiSignature(std::string_view function, std::string_view seed) {
  return Signed(StableId(seed, kSeedLength), function);
}

bool IsGeminiSignature(std::string_view signature, std::string_view function) {
  if (IsOneOf(signature, {"skip_thought_signature_validator", "context_engineering_is_the_way_to_go"}))
    return true;
  return signature.size() > kSeedLength && Signed(signature.substr(0, kSeedLength), function) == signature;
}

}  // namespace spillway::sim
