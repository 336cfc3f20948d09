#include "client/command/command_line.h"

#include <memory>
#include <sstream>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "client/command/flags.h"
#include "client/command/text.h"

namespace spillway::client {
namespace {

constexpr const char* kFooter =
    "Exit status: 0 the answer is whole, 1 the call failed, 2 the command line was wrong.";

// One subcommand: its grammar, its flags, and what they add up to once all are read. What is
// required is checked in `make` and not by CLI11, which would complain about a missing argument
// before it mentions an unknown flag.
struct Subcommand {
  Subcommand(CLI::App& root, const char* name, const char* description,
             Command (*make)(const CLI::App&, const Flags&))
      : app(root.add_subcommand(name, description)), make(make) {
    app->footer(kFooter);
  }

  CLI::App* app;
  Command (*make)(const CLI::App&, const Flags&);
  // Held by pointer: CLI11 remembers where the flags are.
  std::unique_ptr<Flags> flags = std::make_unique<Flags>();
};

void RequireUtf8(const char* argument, const std::string& text) {
  if (!IsUtf8(text)) Refuse(argument, "not UTF-8");
}

Command MakeChat(const CLI::App& app, const Flags& flags) {
  if (app.count("TEXT") == 0) Refuse("TEXT", "required: what to say, or - for standard input");
  if (flags.text.empty()) Refuse("TEXT", "empty");
  RequireUtf8("TEXT", flags.text);
  RequireUtf8("--system", flags.system);
  RequireUtf8("--model", flags.model);
  if (flags.allow_reset && !flags.stream) Refuse("--allow-reset", "is for --stream");
  return ChatCommand{.server = ServerOf(flags),
                     .model = flags.model,
                     .system = flags.system,
                     .text = flags.text,
                     .stream = flags.stream,
                     .allow_reset = flags.allow_reset,
                     .json = flags.json,
                     .verbose = flags.verbose};
}

Subcommand AddChat(CLI::App& root) {
  Subcommand chat(root, "chat", "Ask a model; the answer goes to standard output", MakeChat);
  Flags& flags = *chat.flags;
  flags.model = "gpt-4o";
  flags.timeout = "2m";  // kDefaultTimeout.
  AddServerFlags(*chat.app, flags);
  chat.app->add_option("--model", flags.model, "Model to ask for; a policy that names it decides who serves")
      ->type_name("MODEL")
      ->envname("SPILLWAY_MODEL")
      ->capture_default_str();
  chat.app->add_option("--system", flags.system, "System message")->type_name("TEXT");
  chat.app->add_flag(
      "--stream", flags.stream,
      "Print the answer as it comes; one that breaks off is marked [incomplete: ...] and fails. With "
      "--json: one object a line for each event (delta, usage, finish, reset), the last one "
      "{metadata, status}");
  chat.app->add_flag(
      "--allow-reset", flags.allow_reset,
      "With --stream: an answer that breaks off may be begun anew by another target, after a line "
      "[reset: ...]; what stands above it is void");
  AddCommonFlags(*chat.app, flags);
  chat.app->add_flag("--verbose", flags.verbose,
                     "Report also tokens, ids, metadata and whole error messages");
  chat.app->add_option("TEXT", flags.text, "What to say; - reads standard input")->type_name("");
  return chat;
}

Command MakeRoute(const CLI::App&, const Flags& flags) {
  if (flags.model.empty()) Refuse("--model", "required");
  RequireUtf8("--model", flags.model);
  RouteCommand command{.server = ServerOf(flags), .model = flags.model, .json = flags.json};
  if (flags.environment == "production") command.environment = v1::ENVIRONMENT_PRODUCTION;
  if (flags.environment == "sandbox") command.environment = v1::ENVIRONMENT_SANDBOX;
  return command;
}

Subcommand AddRoute(CLI::App& root) {
  Subcommand route(root, "route", "Show what a chat call would do now and why; calls no provider", MakeRoute);
  Flags& flags = *route.flags;
  AddServerFlags(*route.app, flags);
  route.app->add_option("--model", flags.model, "Model a caller would ask for; required")
      ->type_name("MODEL")
      ->envname("SPILLWAY_MODEL");
  route.app->add_option("--environment", flags.environment, "production or sandbox; else the key's own")
      ->type_name("NAME")
      ->check(CLI::IsMember({"production", "sandbox"}));
  AddCommonFlags(*route.app, flags);
  return route;
}

Command MakeTargets(const CLI::App& app, const Flags& flags) {
  TargetsCommand command{.admin = AdminOf(flags), .json = flags.json, .watch = flags.watch};
  if (app.count("--interval") == 0) return command;
  if (!flags.watch) Refuse("--interval", "is for --watch");
  command.interval = DurationOf("--interval", flags.interval);
  if (*command.interval < std::chrono::milliseconds(100)) Refuse("--interval", "must be 100ms at least");
  return command;
}

Subcommand AddTargets(CLI::App& root) {
  Subcommand targets(root, "targets", "List every target and its health", MakeTargets);
  targets.app->add_flag(
      "--watch", targets.flags->watch,
      "Go on until Ctrl-C: on a terminal the table is kept up to date in place; else there is a new one at "
      "each "
      "change of a target's state, with --json an object a line. A server that is lost is asked again");
  targets.app
      ->add_option(
          "--interval", targets.flags->interval,
          "With --watch: how often what is no change of state (figures, calls under way) is brought up to "
          "date; else each second on a terminal, and not at all elsewhere")
      ->type_name("DURATION");
  AddAdminFlags(*targets.app, *targets.flags);
  AddCommonFlags(*targets.app, *targets.flags);
  return targets;
}

Command MakeSuspend(const CLI::App& app, const Flags& flags) {
  TargetArgument target = TargetOf(flags);
  SuspendCommand command{.admin = AdminOf(flags),
                         .endpoint = std::move(target.endpoint),
                         .model = std::move(target.model),
                         .json = flags.json};
  if (app.count("--for") > 0) command.duration = DurationOf("--for", flags.suspend_for);
  return command;
}

Subcommand AddSuspend(CLI::App& root) {
  Subcommand suspend(root, "suspend", "Take a target out by hand", MakeSuspend);
  AddTargetArgument(*suspend.app, *suspend.flags);
  suspend.app->add_option("--for", suspend.flags->suspend_for, "For how long: 30s, 5m; else until resumed")
      ->type_name("DURATION");
  AddAdminFlags(*suspend.app, *suspend.flags);
  AddCommonFlags(*suspend.app, *suspend.flags);
  return suspend;
}

Command MakeResume(const CLI::App&, const Flags& flags) {
  TargetArgument target = TargetOf(flags);
  return ResumeCommand{.admin = AdminOf(flags),
                       .endpoint = std::move(target.endpoint),
                       .model = std::move(target.model),
                       .json = flags.json};
}

Subcommand AddResume(CLI::App& root) {
  Subcommand resume(root, "resume", "Let a suspended target back in at once", MakeResume);
  AddTargetArgument(*resume.app, *resume.flags);
  AddAdminFlags(*resume.app, *resume.flags);
  AddCommonFlags(*resume.app, *resume.flags);
  return resume;
}

Command MakeReload(const CLI::App&, const Flags& flags) {
  return ReloadCommand{.admin = AdminOf(flags), .json = flags.json};
}

Subcommand AddReload(CLI::App& root) {
  Subcommand reload(root, "reload",
                    "Have the server read its configuration file again; nothing changes if that has errors",
                    MakeReload);
  AddAdminFlags(*reload.app, *reload.flags);
  AddCommonFlags(*reload.app, *reload.flags);
  return reload;
}

Command MakeConfig(const CLI::App&, const Flags& flags) {
  return ConfigCommand{.admin = AdminOf(flags), .json = flags.json};
}

Subcommand AddConfig(CLI::App& root) {
  Subcommand config(root, "config",
                    "Print the configuration in force, as YAML; of secrets it has only where they come from",
                    MakeConfig);
  AddAdminFlags(*config.app, *config.flags);
  AddCommonFlags(*config.app, *config.flags);
  return config;
}

// CLI11 prints help and errors itself, to the streams it is given, and has exit codes of its own.
Stop StopFor(const CLI::App& app, const CLI::ParseError& error) {
  std::ostringstream out;
  std::ostringstream err;
  const int code = app.exit(error, out, err);
  if (code == 0) return {kExitOk, out.str()};
  return {kExitUsage, absl::StrCat("spillway: ", Printable(err.str()))};
}

}  // namespace

std::variant<Command, Stop> ParseCommandLine(int argc, const char* const* argv) {
  CLI::App app("Calls a Spillway server, which keeps LLM chat calls flowing when a provider fails.",
               "spillway");
  app.footer(kFooter);
  app.set_version_flag("--version", "spillway " SPILLWAY_VERSION, "Print the version and exit");
  app.require_subcommand(0, 1);  // None is refused below, after what is unknown has been named.
  const Subcommand subcommands[] = {AddChat(app),   AddRoute(app),  AddTargets(app), AddSuspend(app),
                                    AddResume(app), AddReload(app), AddConfig(app)};
  try {
    app.parse(argc, argv);
    for (const Subcommand& subcommand : subcommands) {
      if (subcommand.app->parsed()) return subcommand.make(*subcommand.app, *subcommand.flags);
    }
    throw CLI::RequiredError("A subcommand");
  } catch (const CLI::ParseError& error) {
    return StopFor(app, error);
  }
}

}  // namespace spillway::client
