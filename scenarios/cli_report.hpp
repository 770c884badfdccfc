// Results as documents for people and build servers: `converge report`, and --report of every other command. One road
// for both: what a command has just found is written down and read again like any other result.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scenarios/cli_options.hpp"
#include "sim/evidence.hpp"

namespace converge::scenarios {

enum class Format : std::uint8_t { html, markdown, junit, sarif, trace, dot, csv };

std::vector<std::string> format_names();                   // as --format takes them
std::optional<Format> format_named(const std::string&);    // "md"
std::optional<Format> format_of_file(const std::string&);  // by its ending
std::string file_endings();                                // ".html, .md, ..."

// The files of --report.
void write_reports(const Options&, const sim::Result&);

}  // namespace converge::scenarios
