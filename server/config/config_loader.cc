#include "server/config/config_loader.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <openssl/evp.h>

#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/config/config_validator.h"
#include "server/config/read_file.h"
#include "server/config/text_check.h"
#include "server/config/yaml_to_proto.h"
#include "server/config/yaml_tree.h"

namespace spillway::server {
namespace {

constexpr int kHashBytes = 6;

std::string CanonicalBytes(const v1::Config& config) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  config.SerializeToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

YamlToProtoOptions Options() {
  return {v1::Secret::descriptor()->full_name(),
          "a secret is never written into this file; write {env: NAME_OF_VARIABLE} or {file: /path}"};
}

}  // namespace

// The first 48 bits of SHA-256.
std::uint64_t ConfigHash(const v1::Config& config) {
  const std::string bytes = CanonicalBytes(config);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  std::uint64_t hash = 0;
  for (int i = 0; i < kHashBytes; ++i) hash = hash << 8 | digest[i];
  return hash;
}

ConfigResult ParseConfig(std::string_view text, std::string name) {
  ConfigResult result;
  const std::optional<YamlNode> root = ParseYaml(text, &result.errors);
  if (!root) return result;
  LoadedConfig loaded;
  loaded.name = std::move(name);
  YamlToProto(*root, Options(), &loaded.config, &loaded.source, &result.errors);
  ValidateConfig(loaded.config, loaded.source, &result.errors);
  SortErrors(&result.errors);
  if (!result.errors.empty()) return result;
  loaded.hash = ConfigHash(loaded.config);
  result.loaded = std::move(loaded);
  return result;
}

ConfigResult LoadConfigFile(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadFile(path, kMaxConfigBytes);
  if (text.ok()) return ParseConfig(*text, path);
  ConfigResult result;
  result.errors.push_back({0, 0, "", absl::StrCat("cannot read the file: ", text.status().message())});
  return result;
}

}  // namespace spillway::server
