// What a body of Gemini's API says, whoever wrote it: for comparing bodies by what they mean.
#ifndef SPILLWAY_TESTS_REPLAY_GEMINI_MEANING_H_
#define SPILLWAY_TESTS_REPLAY_GEMINI_MEANING_H_

#include <boost/json.hpp>
#include <string_view>

namespace spillway::replay {

// The API's own names in camelCase, which it takes in snake_case as well. What is inside of schemas,
// arguments, results and labels is the caller's and stays as it is.
boost::json::value InCamelCase(const boost::json::value& value);

// The body in one of the many forms it has. What makes no difference, and so is not in it:
//   - the spelling of names (InCamelCase), and whether a number is written with a fraction
//   - null, "" and [] (the API's defaults), `thought: false`, `candidateCount: 1`, an empty generationConfig
//   - the role of systemInstruction, and whether its one part stands in a list
//   - a content without a role, or of the former role `function`: the user's
//   - whether a speaker's parts that follow one another are in one content or in several
//   - the signature that is not checked: it stands for none
//   - `mimeType` of a file that is Google's own: Google knows it
boost::json::value GeminiMeaning(std::string_view body);

}  // namespace spillway::replay

#endif  // SPILLWAY_TESTS_REPLAY_GEMINI_MEANING_H_
