// One list of content blocks of Bedrock's Converse, written part by part.
//
// What Bedrock is particular about: text is never blank; a cache point has something before it that can be
// cached, not reasoning, not another one, and not a document (a line break is put between them, which
// Bedrock takes there); a document has text beside it. Holds references. Pure.
#ifndef SPILLWAY_PROVIDERS_BEDROCK_BLOCKS_H_
#define SPILLWAY_PROVIDERS_BEDROCK_BLOCKS_H_

#include <string>
#include <string_view>

#include "google/protobuf/struct.pb.h"
#include "providers/bedrock_media.h"
#include "providers/bedrock_model.h"
#include "providers/dropped_fields.h"
#include "providers/field_error.h"
#include "providers/json_writer.h"
#include "providers/thinking_blocks.h"
#include "spillway/v1/chat.pb.h"

namespace spillway::providers {

// What everyone who writes a part of one request shares.
struct BedrockWriting {
  const BedrockModel model;
  JsonWriter& json;
  FieldError& error;
  DroppedFields& dropped;
  BedrockDocumentNames document_names;
};

// Whose content it is.
enum class BedrockSpeaker { kSystem, kUser, kAssistant, kTool };

class BedrockBlocks {
 public:
  BedrockBlocks(BedrockWriting& writing, BedrockSpeaker speaker) : writing_(writing), speaker_(speaker) {
    writing_.json.BeginArray();
  }

  // In a tool's result a text that is one JSON object goes as that object.
  void Text(std::string_view text);
  // A part is sent as the block that its `extra.bedrock` holds, if it holds one. False for what Bedrock does
  // not take of this speaker, named in `error`.
  [[nodiscard]] bool Part(const v1::ContentPart& part);
  // A message's content or parts, and the cache points of the parts.
  [[nodiscard]] bool Content(const v1::Message& message);
  void SignedReasoning(const ThinkingBlock& block);
  // Where `extra` bears the mark `cache_control`.
  void CachePoint(const google::protobuf::Struct& extra);

  // For a block that the caller writes.
  BedrockWriting& Other() {
    last_ = Kind::kOther;
    return writing_;
  }

  void Close();

 private:
  enum class Kind { kNone, kText, kDocument, kReasoning, kCachePoint, kOther };

  void PlainText(std::string_view text);
  bool Media(const v1::ContentPart& part);

  BedrockWriting& writing_;
  const BedrockSpeaker speaker_;
  Kind last_ = Kind::kNone;
  bool has_text_ = false;
  // Of the last document.
  std::string document_name_;
};

// The cache point for the mark `cache_control` in `extra`, as one element of a list; nothing without a mark.
// Whether it was written.
bool WriteBedrockCachePoint(const google::protobuf::Struct& extra, BedrockWriting& writing);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_BEDROCK_BLOCKS_H_
