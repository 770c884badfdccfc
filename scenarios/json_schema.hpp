// The published faces of the field tables: a JSON Schema for editors and other programs, a reference page for people.
//
// The schema is as strict as a schema can be, and a test holds it and the decoder to the same verdicts. Only the
// decoder checks what the language of schemas cannot say:
//   - the order within a window, and the bounds of durations (a pattern sees digits, not their value);
//   - that a duration is at most 100 years and a whole number of microseconds;
//   - that a probability has at most six decimals and a percentage four, and bounds on their "0.5%" form;
//   - the rules of an object, and whatever a custom decode function checks beyond its schema;
//   - duplicate keys, numbers beyond 64 bits, and the limits on size and nesting, which belong to the text.
#pragma once

#include <string>
#include <string_view>

namespace converge::scenarios {

struct ObjectSpec;

// Draft 2020-12, two spaces of indentation, keys in the order of the tables; ends with a line break.
std::string json_schema(const ObjectSpec& root, std::string_view id, std::string_view title);

// Markdown: for each object a heading, its meaning, and a table of its fields.
std::string reference_markdown(const ObjectSpec& root);

// What sim::parse_duration() reads, as a regular expression (ECMA-262, as in a schema).
std::string duration_pattern();

}  // namespace converge::scenarios
