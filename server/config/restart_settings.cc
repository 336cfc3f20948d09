#include "server/config/restart_settings.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/util/message_differencer.h>

#include "server/config/defaults.h"
#include "server/config/source_map.h"

namespace spillway::server {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::util::MessageDifferencer;

// Whether clients must show a certificate is settled when gRPC's listener is made.
void KeepWhetherClientsAreAsked(v1::ListenerTls& tls) {
  const bool asked = !tls.client_ca_file().empty();
  tls.Clear();
  if (asked) tls.set_client_ca_file("given");
}

// Where both have a certificate, and both or none ask their clients for one.
void TakeCertificate(const v1::ListenerTls& file, v1::ListenerTls& live) {
  if (file.client_ca_file().empty() == live.client_ca_file().empty()) live = file;
}

// The section `server` without what can change live, defaults written out: to spell one out is no change. A
// setting that the schema gains counts as one that needs a restart until it is cleared here.
v1::ServerConfig FixedSettings(const v1::Config& config) {
  v1::ServerConfig fixed = config.server();
  *fixed.mutable_grpc() = GrpcSettings(config);
  fixed.mutable_admin()->set_address(AdminAddress(config));
  fixed.mutable_admin()->clear_keys();
  *fixed.mutable_openai() = OpenAiSettings(config);
  // Which certificate is live, whether there is one is not.
  if (fixed.openai().has_tls()) fixed.mutable_openai()->mutable_tls()->Clear();
  if (fixed.grpc().has_tls()) KeepWhetherClientsAreAsked(*fixed.mutable_grpc()->mutable_tls());
  if (fixed.admin().has_grpc_tls()) KeepWhetherClientsAreAsked(*fixed.mutable_admin()->mutable_grpc_tls());
  fixed.clear_shutdown_grace();
  fixed.clear_shutdown_delay();
  fixed.clear_limits();
  fixed.clear_metrics();
  return fixed;
}

// A section that was not there is not made for nothing.
void TakeAdminKeys(const v1::ServerConfig& file, v1::ServerConfig& live) {
  if (live.has_admin()) live.mutable_admin()->clear_keys();
  if (file.admin().keys().empty()) return;
  *live.mutable_admin()->mutable_keys() = file.admin().keys();
}

bool IsSection(const FieldDescriptor& field) {
  return !field.is_repeated() && field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
         field.message_type()->file() == v1::Config::descriptor()->file();
}

void AddDifferences(const Message& a, const Message& b, const std::string& path,
                    std::vector<std::string>& differences) {
  for (int i = 0; i < a.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor& field = *a.GetDescriptor()->field(i);
    const std::string field_path = FieldPath(path, field.name());
    if (IsSection(field)) {
      if (a.GetReflection()->HasField(a, &field) != b.GetReflection()->HasField(b, &field)) {
        differences.push_back(field_path);
        continue;
      }
      AddDifferences(a.GetReflection()->GetMessage(a, &field), b.GetReflection()->GetMessage(b, &field),
                     field_path, differences);
      continue;
    }
    MessageDifferencer differencer;
    if (!differencer.CompareWithFields(a, b, {&field}, {&field})) differences.push_back(field_path);
  }
}

}  // namespace

LiveConfig LivePartOf(const v1::Config& file, const v1::Config& started) {
  LiveConfig live;
  live.config = file;
  AddDifferences(FixedSettings(started), FixedSettings(file), "server", live.restart_needed);
  v1::ServerConfig& server = *live.config.mutable_server();
  server = started.server();
  if (server.openai().has_tls() && file.server().openai().has_tls()) {
    *server.mutable_openai()->mutable_tls() = file.server().openai().tls();
  }
  if (server.grpc().has_tls() && file.server().grpc().has_tls()) {
    TakeCertificate(file.server().grpc().tls(), *server.mutable_grpc()->mutable_tls());
  }
  if (server.admin().has_grpc_tls() && file.server().admin().has_grpc_tls()) {
    TakeCertificate(file.server().admin().grpc_tls(), *server.mutable_admin()->mutable_grpc_tls());
  }
  TakeAdminKeys(file.server(), server);
  server.clear_shutdown_grace();
  server.clear_shutdown_delay();
  server.clear_limits();
  server.clear_metrics();
  if (file.server().has_shutdown_grace()) *server.mutable_shutdown_grace() = file.server().shutdown_grace();
  if (file.server().has_shutdown_delay()) *server.mutable_shutdown_delay() = file.server().shutdown_delay();
  if (file.server().has_limits()) *server.mutable_limits() = file.server().limits();
  if (file.server().has_metrics()) *server.mutable_metrics() = file.server().metrics();
  // A section with nothing in it is none, so that the configuration's hash does not depend on it.
  if (server.ByteSizeLong() == 0) live.config.clear_server();
  return live;
}

}  // namespace spillway::server
