// One counterexample as a numbered short story: what was not as usual, what it comes to, how far it was shrunk, and the
// command that plays it again.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "reports/page.hpp"
#include "sim/verdict.hpp"

namespace converge::reports {

// How it was made small, and whether it is minimal.
std::string shrunk(const sim::Counterexample&);

// The story, without a heading: that says of which property it is.
void counterexample(Page&, const sim::Counterexample&);

// Where a schedule was saved, and the command that plays it again; nothing of what is empty.
void saved_as(Page&, std::string_view file, std::string_view replay);

// A command in lines of at most so many columns that a shell takes as one: broken between words that no quotes hold
// together, with a backslash. Only a word that is wider than a line is broken inside, and must be put together by hand.
std::vector<std::string> command_lines(const Terminal&, std::string_view command, std::size_t columns);

}  // namespace converge::reports
