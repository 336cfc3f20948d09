// What holds where the configuration is silent. config.proto's comments state each default; this
// is the only code that knows them.
//
// Pure, thread-safe. The configuration must have passed validation.
#ifndef SPILLWAY_SERVER_CONFIG_DEFAULTS_H_
#define SPILLWAY_SERVER_CONFIG_DEFAULTS_H_

#include <chrono>
#include <string>

#include "spillway/v1/config.pb.h"
#include "spillway/v1/router.pb.h"

namespace spillway::server {

// Where the public gRPC listener and the admin HTTP listener bind.
std::string GrpcAddress(const v1::Config& config);
std::string AdminAddress(const v1::Config& config);

// Where the admin gRPC listener binds; empty: it is off.
std::string AdminGrpcAddress(const v1::Config& config);

// The public gRPC listener with its address and every limit and time filled in.
v1::GrpcListener GrpcSettings(const v1::Config& config);

// What callers may ask for at most; without max_calls_in_flight_per_caller there is no such bound.
v1::Limits LimitSettings(const v1::Config& config);

// Where the OpenAI-compatible listener binds; empty: it is off.
std::string OpenAiAddress(const v1::Config& config);

// The same listener with every limit and timeout filled in.
v1::OpenAiListener OpenAiSettings(const v1::Config& config);

// How long calls under way may take to end after SIGTERM.
std::chrono::nanoseconds ShutdownGrace(const v1::Config& config);

// How long to go on serving after SIGTERM.
std::chrono::nanoseconds ShutdownDelay(const v1::Config& config);

// An endpoint's environment; production unless it says otherwise.
v1::Environment EnvironmentOf(const v1::Endpoint& endpoint);

// The targets of a route, through all its strategies.
int TargetCount(const v1::Route& route);

// The policy's settings in the environment of `route`, defaults filled in. The default `fail_on`
// is spelled out, and `retries` counts the route's further targets. For people: what routes a
// call must ask the policy itself whether `retries` and `fail_on` were given, for both mean
// something else when they were not.
v1::PolicySettings EffectiveSettings(const v1::Policy& policy, const v1::Route& route);

// What holds for a target of `policy`.
v1::TargetSettings EffectiveSettings(const v1::Policy& policy, const v1::RouteNode& target);

// The settings of calls that go to an environment's primary endpoint, and of that endpoint.
v1::PolicySettings PrimarySettings();
v1::TargetSettings PrimaryTargetSettings();

}  // namespace spillway::server

#endif  // SPILLWAY_SERVER_CONFIG_DEFAULTS_H_
