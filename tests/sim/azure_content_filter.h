// What Azure says of every prompt and every choice: that its content filter found nothing.
//
// Pure; thread-safe.
#ifndef SPILLWAY_TESTS_SIM_AZURE_CONTENT_FILTER_H_
#define SPILLWAY_TESTS_SIM_AZURE_CONTENT_FILTER_H_

#include <boost/json/object.hpp>

namespace spillway::sim {

// The categories, each with its severity.
boost::json::object ContentFilterResults();

// Adds them to a completion: for the prompt, and for every choice (without categories where it is a tool
// call).
void AddContentFilterResults(boost::json::object& completion);

}  // namespace spillway::sim

#endif  // SPILLWAY_TESTS_SIM_AZURE_CONTENT_FILTER_H_
