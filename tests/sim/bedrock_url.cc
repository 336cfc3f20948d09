#include "tests/sim/bedrock_url.h"

#include "tests/sim/message.h"

namespace spillway::sim {

BedrockUrl ReadBedrockUrl(std::string_view target) {
  static constexpr std::string_view kModel = "/model/";
  std::string_view path = PathOf(target);
  if (!path.starts_with(kModel)) return {};
  path.remove_prefix(kModel.size());
  const std::size_t slash = path.find('/');
  if (slash == std::string_view::npos) return {};
  const std::string_view operation = path.substr(slash + 1);
  if (operation != "converse" && operation != "converse-stream") return {};
  return {PercentDecoded(path.substr(0, slash)), operation == "converse-stream"};
}

}  // namespace spillway::sim
