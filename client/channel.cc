#include "client/channel.h"

#include <fstream>
#include <iterator>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/header_text.h"
#include "grpc/impl/codegen/grpc_types.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"

namespace spillway::client {
namespace {

// As large as the largest answer the server itself accepts from a provider; gRPC's own 4 MiB would
// turn a long answer into an error.
constexpr int kMaxResponseBytes = 64 * 1024 * 1024;

// A failed call's trailers carry every attempt, each with up to 1 KiB of the provider's words; at
// gRPC's own 8 KiB a long route would arrive as an error about its headers instead.
constexpr int kMaxMetadataBytes = 256 * 1024;

absl::Status CheckAddress(const std::string& address) {
  if (address.empty()) return absl::InvalidArgumentError("address: empty; HOST:PORT is expected");
  if (absl::StartsWith(address, "http://") || absl::StartsWith(address, "https://")) {
    return absl::InvalidArgumentError(
        absl::StrCat("address: '", address, "' is a URL; HOST:PORT is expected, without http(s)://"));
  }
  const bool bracketed_without_port = address.front() == '[' && address.back() == ']';
  if (!absl::StrContains(address, ':') || address.back() == ':' || bracketed_without_port) {
    // gRPC would quietly take port 443.
    return absl::InvalidArgumentError(
        absl::StrCat("address: '", address, "' has no port; HOST:PORT is expected"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadPem(const char* option, const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return absl::InvalidArgumentError(absl::StrCat(option, ": cannot read ", path));
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!absl::StrContains(text, "-----BEGIN ")) {
    return absl::InvalidArgumentError(absl::StrCat(option, ": no PEM in ", path));
  }
  return text;
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> TlsCredentials(const TlsOptions& tls) {
  if (tls.cert_file.empty() != tls.key_file.empty()) {
    return absl::InvalidArgumentError("tls: cert_file and key_file need each other");
  }
  grpc::SslCredentialsOptions ssl;
  const auto load = [](const char* option, const std::string& path, std::string& into) {
    if (path.empty()) return absl::OkStatus();
    absl::StatusOr<std::string> pem = ReadPem(option, path);
    if (!pem.ok()) return pem.status();
    into = *std::move(pem);
    return absl::OkStatus();
  };
  absl::Status loaded = load("tls.ca_file", tls.ca_file, ssl.pem_root_certs);
  loaded.Update(load("tls.cert_file", tls.cert_file, ssl.pem_cert_chain));
  loaded.Update(load("tls.key_file", tls.key_file, ssl.pem_private_key));
  if (!loaded.ok()) return loaded;
  return grpc::SslCredentials(ssl);
}

bool IsLoopback(const std::string& address) {
  return absl::StartsWith(address, "127.") || absl::StartsWith(address, "localhost:") ||
         absl::StartsWith(address, "[::1]:");
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::Channel>> OpenChannel(const ClientOptions& options) {
  if (absl::Status status = CheckAddress(options.address); !status.ok()) return status;
  if (!IsHeaderText(options.key)) {
    return absl::InvalidArgumentError(std::string("key: ").append(kNotHeaderText));
  }
  std::shared_ptr<grpc::ChannelCredentials> credentials = grpc::InsecureChannelCredentials();
  if (options.tls) {
    auto tls = TlsCredentials(*options.tls);
    if (!tls.ok()) return tls.status();
    credentials = *std::move(tls);
  }
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxResponseBytes);
  arguments.SetInt(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
  if (!options.service_config.empty()) arguments.SetServiceConfigJSON(options.service_config);
  if (options.keepalive_time.count() > 0) {
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, static_cast<int>(options.keepalive_time.count()));
  }
  // A proxy named in the environment cannot reach this machine's own loopback.
  if (IsLoopback(options.address)) arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(options.address, credentials, arguments);
}

}  // namespace spillway::client
