// A JSON value back as text, in the words that people and other parsers write. Pure.
#ifndef SPILLWAY_PROVIDERS_JSON_TEXT_H_
#define SPILLWAY_PROVIDERS_JSON_TEXT_H_

#include <boost/json.hpp>
#include <string>

namespace spillway::providers {

// Without white space. A fraction stays one, in its shortest form: 48.85 and 2.0, where Boost's
// own writer gives 4.885E1 and 2E0.
std::string JsonText(const boost::json::value& value);

}  // namespace spillway::providers

#endif  // SPILLWAY_PROVIDERS_JSON_TEXT_H_
