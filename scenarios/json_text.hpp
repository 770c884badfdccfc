// JSON text as a tree that remembers where everything stood, so that a later complaint can point at it.
//
// The grammar is that of RFC 8259 with // and /* */ comments. Stricter than most readers: duplicate keys, numbers that
// do not fit, NUL bytes and broken UTF-8 are problems, and hostile sizes are refused before they cost memory. Nothing
// here throws. The JSON library stays inside the source file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/problem.hpp"

namespace converge::scenarios {

inline constexpr std::size_t text_bytes_max = std::size_t{4} * 1024 * 1024;
inline constexpr std::size_t nesting_max = 64;
inline constexpr std::size_t nodes_max = 200'000;
inline constexpr std::size_t problems_max = 1'000;  // a hostile file must not fill the memory with complaints

struct Located {
  enum class Kind : std::uint8_t { null, boolean, integer, real, string, array, object };

  Kind kind = Kind::null;
  bool boolean = false;
  bool faulty = false;  // a problem was already reported for it; whoever reads on leaves it alone
  std::int64_t integer = 0;
  std::string text;            // what a string says; a real exactly as it was written, so that no digit is lost
  std::vector<Located> items;  // elements of an array, members of an object in the order of the file

  std::string key;  // the rest only of an object's member
  std::size_t key_line = 0;
  std::size_t key_column = 0;

  std::size_t line = 0;    // counted from 1
  std::size_t column = 0;  // counted from 1, in characters

  // The member with this key (the first, should there be two), or null.
  const Located* member(std::string_view name) const;
};

struct Text {
  Located root;
  std::vector<Problem> problems;
  bool whole = false;  // the tree holds the whole document; if not, there is no point in reading on
};

// What a document may be. Whole numbers from 2^63 up are kept as a `real`, digit by digit, where they are allowed.
struct Limits {
  std::size_t bytes = text_bytes_max;
  std::size_t nodes = nodes_max;
  bool unsigned_64 = false;
};

Text parse_text(std::string_view source, const Limits& = {});

// The value at a JSON pointer ("/plan/steps/2"), or null.
const Located* find(const Located& root, std::string_view pointer);
// The pointer to a value of this tree. Keys of hostile length are cut, and such a pointer leads nowhere.
std::string pointer_to(const Located& root, const Located& value);
// One more step of a pointer, with / and ~ escaped: pointer + "/" + key.
std::string pointer_step(std::string_view pointer, std::string_view key);

// What a value is, in the words of a problem's `found`: "alter_bse", 5, null, an array of 3, an object.
std::string describe(const Located&);

struct FileText {
  std::string text;
  std::vector<Problem> problems;  // none, or the one reason why there is no text
};

// Reads at most bytes_max + 1 bytes, whatever the file claims to be: an endless device is refused like a long file.
FileText read_file(const std::string& path, std::size_t bytes_max = text_bytes_max);

}  // namespace converge::scenarios
