// What is wrong with a scenario file, as data: every problem says where it is, what was found there and what was
// expected, so that one reading of the list is enough to mend the file.
//
// explain() turns the list into what a person reads. Whatever the file holds, control characters, directional marks and
// broken bytes reach the terminal only in escaped form.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace converge::scenarios {

struct Problem {
  std::string path{};      // JSON pointer, "" for the document as a whole
  std::size_t line = 0;    // counted from 1; 0 when it has no place in the text
  std::size_t column = 0;  // counted from 1, in characters
  std::string found{};
  std::string expected{};
  std::string hint{};

  bool operator==(const Problem&) const = default;
};

// Ordered by position, each with its source line and a caret; at most 50 of them, then "and N more". Every line of the
// answer ends with a line break, and no problems make an empty text.
std::string explain(const std::string& file, std::string_view source_text, const std::vector<Problem>&);

// The candidate that was probably meant, by Damerau-Levenshtein distance; empty when none is near enough. The longer
// the name, the more slips are forgiven; differences of case alone always are.
std::string nearest(std::string_view name, std::span<const std::string> candidates);
// 'did you mean "alter_base"?', or empty: the usual hint.
std::string did_you_mean(std::string_view name, std::span<const std::string> candidates);

// "one of "a", "b" or "c"" and so on: the usual expectation. Long lists are cut.
std::string one_of(std::span<const std::string> candidates);
// The text in double quotes as JSON would write it, cut after 60 characters, printable on any terminal.
std::string in_quotes(std::string_view);
// The text as it may be shown: escaped where it could harm the terminal or the reader, otherwise unchanged.
std::string printable(std::string_view);

// The text as one word of a shell command that a reader may copy.
std::string shell_word(std::string_view);

// The number of bytes of the UTF-8 character that the text starts with; 0 when there is no valid one.
std::size_t utf8_length(std::string_view);

}  // namespace converge::scenarios
