#include "server/config/config_index.h"

#include <string_view>

namespace spillway::server {
namespace {

template <typename Messages, typename Message>
void Collect(const Messages& messages, std::string_view list, const SourceMap& source,
             NamedThings<Message>* out) {
  // A list that is absent beside an unknown key may be what that key was meant to be.
  out->complete = !source.IsBroken(list) && (source.Contains(list) || !source.IsBroken(""));
  int index = 0;
  for (const Message& message : messages) {
    const std::string path = ItemPath(list, index++);
    if (message.name().empty()) {
      out->complete = false;
    } else {
      out->by_name.emplace(message.name(), typename NamedThings<Message>::Entry{&message, path});
    }
  }
}

}  // namespace

ConfigIndex::ConfigIndex(const v1::Config& config, const SourceMap& source) {
  Collect(config.providers(), "providers", source, &providers);
  Collect(config.endpoints(), "endpoints", source, &endpoints);
}

}  // namespace spillway::server
