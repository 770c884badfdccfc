// Text from a scenario in documents that have a markup of their own. What it may hold is up to whoever wrote the
// scenario: nothing of it acts as markup, and no control or directional mark gets through.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace converge::reports {

// Control and directional marks as they are read ("\x1b"), line breaks as blanks, at most so many bytes.
std::string plain(std::string_view text, std::size_t most = 400);

// In the running text and the tables of Markdown that a site may render as HTML.
std::string in_markdown(std::string_view text, std::size_t most = 400);

// A block of code, fenced by more backticks than there are in it.
std::string code_block(std::string_view language, std::string_view text);

// In a label of a Mermaid graph, where no escape is safe everywhere: other characters are blanks.
std::string in_mermaid(std::string_view text, std::size_t most = 60);

// A string of JSON, ASCII alone, that may stand in a script element.
std::string in_json(std::string_view text);

// A cell of CSV (RFC 4180), in quotes where it has to be. A text that a spreadsheet would take for a formula begins
// with an apostrophe.
std::string in_csv(std::string_view text);

}  // namespace converge::reports
