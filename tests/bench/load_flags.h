// What bench-load is told: the call to repeat, how, and how often.
//
// Thread-safety: none. Read once at start.
#ifndef SPILLWAY_TESTS_BENCH_LOAD_FLAGS_H_
#define SPILLWAY_TESTS_BENCH_LOAD_FLAGS_H_

#include <string>
#include <vector>

#include "tests/bench/h2_connection.h"
#include "tests/bench/http_connection.h"
#include "tests/bench/load_run.h"

namespace CLI {
class App;
}

namespace spillway::bench {

struct LoadFlags {
  std::string target;
  std::string path;
  std::string model = "gpt-4o";
  std::string message_file;
  std::string ca_file;
  std::string expected_text;
  std::vector<std::string> headers;
  std::size_t expected_bytes = 0;
  double seconds = 0;
  double drain_seconds = 10;
  double wait_seconds = 0;
  bool http = false;
  bool streamed = false;
  bool stalled = false;
  LoadOptions options;
};

// Tells `app` of every flag; parsing fills `flags`, which must outlive it.
void Declare(CLI::App& app, LoadFlags& flags);

// The call they describe. Each throws std::runtime_error for a file or header that cannot be used.
Request GrpcRequestOf(const LoadFlags& flags);
HttpRequest HttpRequestOf(const LoadFlags& flags);

}  // namespace spillway::bench

#endif  // SPILLWAY_TESTS_BENCH_LOAD_FLAGS_H_
