// Targets and their health for people, named as `spillway suspend` takes them: ENDPOINT/MODEL.
//
// Pure, thread-safe.
#ifndef SPILLWAY_CLIENT_COMMAND_RENDER_TARGETS_H_
#define SPILLWAY_CLIENT_COMMAND_RENDER_TARGETS_H_

#include <string>

#include "client/command/report.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "spillway/v1/admin.pb.h"

namespace spillway::client {

using TargetStatuses = google::protobuf::RepeatedPtrField<v1::TargetStatus>;

// A table, one line a target; below it the latest failure of each that is out for one, or is on its way
// there.
std::string RenderTargets(const TargetStatuses& targets, const ReportOptions& options);

// One sentence, after suspend or resume: "prod/gpt-4o is suspended by hand until resumed."
std::string RenderTarget(const v1::TargetStatus& target, const ReportOptions& options);

}  // namespace spillway::client

#endif  // SPILLWAY_CLIENT_COMMAND_RENDER_TARGETS_H_
