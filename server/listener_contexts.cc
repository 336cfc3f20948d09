#include "server/listener_contexts.h"

#include <algorithm>
#include <utility>

#include "server/config/findings.h"
#include "server/config/listener_tls.h"

namespace spillway::server {

ListenerContextsResult ContextsFor(const v1::Config& config, const SourceMap& source,
                                   const ListenerCertificates& certificates, const ListenerContexts& former) {
  ListenerContextsResult result;
  Findings findings(source, &result.errors);
  for (const auto& [listener, tls] : ListenersWithTls(config)) {
    const auto certificate = certificates.find(listener);
    const auto old = former.find(listener);
    const bool known = old != former.end();
    if (known && (certificate == certificates.end() || certificate->second == old->second.certificate)) {
      result.contexts.insert(*old);
      continue;
    }
    if (listener != kOpenAiTls) {
      result.contexts.insert_or_assign(listener, ListenerContext{certificate->second, nullptr});
      continue;
    }
    // A file that has changed since `certificate` was read makes a newer context; the change shows at the
    // next look at the files, and the reload that follows makes another.
    auto made =
        transport::ServerTlsContext::Create({tls->cert_file(), tls->key_file(), tls->client_ca_file()});
    if (!made.ok()) {
      findings.Add(listener, std::string(made.status().message()));
      continue;
    }
    result.contexts.insert_or_assign(listener, ListenerContext{certificate->second, *std::move(made)});
  }
  return result;
}

const ListenerContext* Find(const ListenerContexts& contexts, const std::string& listener) {
  const auto found = contexts.find(listener);
  return found == contexts.end() ? nullptr : &found->second;
}

bool Same(const ListenerContext& a, const ListenerContext& b) {
  return a.context == b.context && a.certificate == b.certificate;
}

bool SameContexts(const ListenerContexts& a, const ListenerContexts& b) {
  return a.size() == b.size() && std::all_of(a.begin(), a.end(), [&](const auto& entry) {
           const ListenerContext* other = Find(b, entry.first);
           return other != nullptr && Same(*other, entry.second);
         });
}

}  // namespace spillway::server
