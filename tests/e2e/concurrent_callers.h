// Callers that call at the same time, and who served how many of their calls.
#ifndef SPILLWAY_TESTS_E2E_CONCURRENT_CALLERS_H_
#define SPILLWAY_TESTS_E2E_CONCURRENT_CALLERS_H_

#include <map>
#include <string>
#include <thread>
#include <vector>

#include "tests/e2e/example_scene.h"

namespace spillway::e2e {

// Who served the calls of `callers` threads, each `calls` one after the other.
inline std::vector<std::string> CallConcurrently(const ExampleScene& scene, int callers, int calls) {
  std::vector<std::vector<std::string>> served(static_cast<std::size_t>(callers));
  std::vector<std::thread> threads;
  threads.reserve(served.size());
  for (std::vector<std::string>& mine : served) {
    threads.emplace_back([&scene, &mine, calls] { mine = scene.WhoServes(calls); });
  }
  for (std::thread& thread : threads) thread.join();
  std::vector<std::string> all;
  for (const std::vector<std::string>& one : served) all.insert(all.end(), one.begin(), one.end());
  return all;
}

// How many each served.
inline std::map<std::string, int> Shares(const std::vector<std::string>& served) {
  std::map<std::string, int> shares;
  for (const std::string& name : served) ++shares[name];
  return shares;
}

}  // namespace spillway::e2e

#endif  // SPILLWAY_TESTS_E2E_CONCURRENT_CALLERS_H_
