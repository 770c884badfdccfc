// The located tree, built on the SAX interface of nlohmann/json: the grammar is the library's, the positions are ours.
//
// The library tells what came next but not where it stood. Since the text is at hand and the grammar already checked,
// each event's place is found by walking over blanks, separators and comments from the end of the event before.
#include "scenarios/json_text.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <system_error>
#include <tuple>
#include <utility>

namespace converge::scenarios {
namespace {

using Json = nlohmann::json;
using Kind = Located::Kind;

constexpr std::size_t pointer_key_bytes_max = 120;
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::string counted(std::uint64_t n) {
  std::string out = std::to_string(n);
  for (std::size_t at = out.size(); at > 3; at -= 3) out.insert(at - 3, 1, ',');
  return out;
}

std::string bytes_as_text(std::uint64_t bytes) {
  constexpr std::uint64_t mebi = 1024 * 1024;
  return bytes % mebi == 0 ? std::to_string(bytes / mebi) + " MiB" : counted(bytes) + " bytes";
}

struct Place {
  std::size_t line = 1;
  std::size_t column = 1;
};

// Turns byte offsets into places; walks forward, so offsets must not decrease.
class Places {
 public:
  explicit Places(std::string_view source) : source_(source) {
    if (source_.starts_with(byte_order_mark)) at_ = byte_order_mark.size();
  }

  Place at(std::size_t offset) {
    offset = std::min(offset, source_.size());
    while (at_ < offset) {
      if (source_[at_] == '\n') {
        ++place_.line;
        place_.column = 1;
        ++at_;
      } else {
        ++place_.column;
        at_ += std::max<std::size_t>(1, utf8_length(source_.substr(at_)));
      }
    }
    return place_;
  }

 private:
  std::string_view source_;
  std::size_t at_ = 0;
  Place place_;
};

Place place_of(std::string_view source, std::size_t offset) { return Places(source).at(offset); }

Problem problem_at(Place place, std::string found, std::string expected, std::string hint = {}) {
  return {.path = {},
          .line = place.line,
          .column = place.column,
          .found = std::move(found),
          .expected = std::move(expected),
          .hint = std::move(hint)};
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '+' || c == '-' ||
         c == '.';
}

// The offset of the next token: over blanks and comments, and over separators where they are known to be in order.
std::size_t skip_to_token(std::string_view source, std::size_t at, bool over_separators = true) {
  while (at < source.size()) {
    const char c = source[at];
    if (is_blank(c) || (over_separators && (c == ',' || c == ':'))) {
      ++at;
    } else if (source.substr(at).starts_with("//")) {
      at = std::min(source.find('\n', at), source.size());
    } else if (source.substr(at).starts_with("/*")) {
      const std::size_t end = source.find("*/", at + 2);
      if (end == std::string_view::npos) return at;
      at = end + 2;
    } else {
      break;
    }
  }
  return at;
}

// The offset just past the token that starts here; the token is a well-formed one.
std::size_t end_of_token(std::string_view source, std::size_t at) {
  if (at >= source.size()) return source.size();
  if (source[at] == '"') {
    for (++at; at < source.size() && source[at] != '"'; ++at) {
      if (source[at] == '\\') ++at;
    }
    return std::min(at + 1, source.size());
  }
  if (!is_word(source[at])) return at + 1;
  // "01" is two numbers to the grammar, and the second one is out of place.
  const std::size_t digit = at + (source[at] == '-' ? 1 : 0);
  if (digit + 1 < source.size() && source[digit] == '0' && is_digit(source[digit + 1])) return digit + 1;
  while (at < source.size() && is_word(source[at])) ++at;
  return at;
}

// As in_quotes() cuts and escapes, without the quotes.
std::string unquoted(std::string_view text) {
  const std::string shown = in_quotes(text);
  return shown.substr(1, shown.size() - 2);
}

bool before(const Located& a, const Located& b) { return std::tie(a.line, a.column) < std::tie(b.line, b.column); }

// Receives the library's events and grows the tree. The open containers are each the last item of the one before, and
// only the innermost one grows, so the pointers to them stay good.
class Builder {
 public:
  Builder(std::string_view source, Text& out, const Limits& limits)
      : source_(source), out_(out), limits_(limits), places_(source) {
    if (source.starts_with(byte_order_mark)) cursor_ = byte_order_mark.size();
  }

  bool null() { return add(Kind::null) != nullptr; }

  bool boolean(bool value) {
    Located* node = add(Kind::boolean);
    if (node != nullptr) node->boolean = value;
    return node != nullptr;
  }

  bool number_integer(std::int64_t value) {
    Located* node = add(Kind::integer);
    if (node != nullptr) node->integer = value;
    return node != nullptr;
  }

  bool number_unsigned(std::uint64_t value) {
    if (value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
      return number_integer(static_cast<std::int64_t>(value));
    if (!limits_.unsigned_64) return add_unfit_integer(std::to_string(value));
    Located* node = add(Kind::real);
    if (node != nullptr) node->text = std::to_string(value);
    return node != nullptr;
  }

  bool number_float(double, const std::string& written) {
    // The library falls back to a double when an integer has too many digits; a double would lose the last of them.
    if (written.find_first_of(".eE") == std::string::npos) return add_unfit_integer(written);
    Located* node = add(Kind::real);
    if (node != nullptr) node->text = written;
    return node != nullptr;
  }

  bool string(std::string& value) {
    Located* node = add(Kind::string);
    if (node != nullptr) node->text = std::move(value);
    return node != nullptr;
  }

  bool binary(Json::binary_t&) { return false; }  // not in JSON text

  bool start_object(std::size_t) { return open(Kind::object); }
  bool start_array(std::size_t) { return open(Kind::array); }

  bool key(std::string& value) {
    key_place_ = next_token();
    key_ = std::move(value);
    return true;
  }

  bool end_object() {
    report_duplicates(*open_.back());
    return close();
  }
  bool end_array() { return close(); }

  bool parse_error(std::size_t bytes_read, const std::string&, const nlohmann::detail::exception& error) {
    out_.problems.assign(1, reworded(bytes_read, error.what()));
    return false;
  }

 private:
  Place next_token() {
    const std::size_t start = skip_to_token(source_, cursor_);
    cursor_ = end_of_token(source_, start);
    return places_.at(start);
  }

  bool refuse(Place place, std::string found, std::string expected) {
    out_.problems.assign(1, problem_at(place, std::move(found), std::move(expected)));
    return false;
  }

  Located* add(Kind kind) {
    const Place place = next_token();
    if (++nodes_ > limits_.nodes) {
      refuse(place, "more than " + counted(limits_.nodes) + " values", "a smaller file");
      return nullptr;
    }
    Located* node = &out_.root;
    if (!open_.empty()) {
      node = &open_.back()->items.emplace_back();
      if (open_.back()->kind == Kind::object) {
        node->key = std::move(key_);
        node->key_line = key_place_.line;
        node->key_column = key_place_.column;
      }
    }
    node->kind = kind;
    node->line = place.line;
    node->column = place.column;
    return node;
  }

  bool add_unfit_integer(const std::string& written) {
    Located* node = add(Kind::real);
    if (node == nullptr) return false;
    node->text = written;
    node->faulty = true;
    report(*node, describe(*node), "a whole number of at most 64 bits");
    return true;
  }

  bool open(Kind kind) {
    if (open_.size() == nesting_max) {
      return refuse(next_token(), "more than " + std::to_string(nesting_max) + " nested arrays and objects",
                    "a flatter file");
    }
    Located* node = add(kind);
    if (node == nullptr) return false;
    open_.push_back(node);
    return true;
  }

  bool close() {
    next_token();
    open_.pop_back();
    return true;
  }

  void report(const Located& at, std::string found, std::string expected) {
    if (out_.problems.size() >= problems_max) return;
    out_.problems.push_back(problem_at({at.line, at.column}, std::move(found), std::move(expected)));
    out_.problems.back().path = pointer_to(out_.root, at);
  }

  // By sorting, since an object may have a hundred thousand members.
  void report_duplicates(const Located& object) {
    std::vector<const Located*> members;
    members.reserve(object.items.size());
    for (const Located& member : object.items) members.push_back(&member);
    std::sort(members.begin(), members.end(), [](const Located* a, const Located* b) {
      return std::tie(a->key, a->line, a->column) < std::tie(b->key, b->line, b->column);
    });
    for (std::size_t i = 1, first = 0; i < members.size() && out_.problems.size() < problems_max; ++i) {
      if (members[i]->key != members[first]->key) {
        first = i;
        continue;
      }
      const Located& again = *members[i];
      Problem p = problem_at({again.key_line, again.key_column}, "the key " + in_quotes(again.key) + " a second time",
                             "each key once",
                             "the first is at line " + std::to_string(members[first]->key_line) + ", column " +
                                 std::to_string(members[first]->key_column));
      p.path = pointer_to(out_.root, again);
      out_.problems.push_back(std::move(p));
    }
  }

  std::string innermost_unclosed() const {
    if (open_.empty()) return {};
    const Located& container = *open_.back();
    return std::string(container.kind == Kind::array ? "the '['" : "the '{'") + " at line " +
           std::to_string(container.line) + ", column " + std::to_string(container.column) + " is not closed";
  }

  // Where the text ends for a reader: after its last visible character.
  std::size_t visible_end() const {
    std::size_t end = source_.size();
    while (end > 0 && is_blank(source_[end - 1])) --end;
    return end;
  }

  std::string expected_here(std::string_view message) const;
  Problem reworded(std::size_t bytes_read, std::string_view message) const;
  Problem reworded_lexical(std::size_t bytes_read, std::string_view message) const;

  std::string_view source_;
  Text& out_;
  const Limits& limits_;
  Places places_;
  std::size_t cursor_ = 0;  // just past the last token that became an event
  std::size_t nodes_ = 0;
  std::vector<Located*> open_;
  std::string key_;
  Place key_place_;
};

bool has(std::string_view message, std::string_view part) { return message.find(part) != std::string_view::npos; }

// What could have stood where the reading stopped.
std::string Builder::expected_here(std::string_view message) const {
  if (has(message, "parsing object key")) return "a key in double quotes";
  if (has(message, "parsing object separator")) return "':' after the key " + in_quotes(key_);
  if (has(message, "parsing object -")) return "',' or '}'";
  if (has(message, "parsing array -")) return "',' or ']'";
  if (has(message, "; expected end of input")) return "nothing after the end of the document";
  return "a value";
}

// A token of the right shape in the wrong place: the library says "unexpected X; expected Y".
Problem Builder::reworded(std::size_t bytes_read, std::string_view message) const {
  if (!has(message, "- unexpected ")) return reworded_lexical(bytes_read, message);

  std::string expected = expected_here(message);
  std::string hint;

  if (has(message, "unexpected end of input")) {
    const std::size_t end = visible_end();
    if (skip_to_token(source_, source_.starts_with(byte_order_mark) ? byte_order_mark.size() : 0) == source_.size())
      return problem_at(place_of(source_, end), "an empty file", "a JSON document");
    return problem_at(place_of(source_, end), "the end of the file", expected, innermost_unclosed());
  }

  // Punctuation is one byte, and the last that was read. Anything else starts where the walk over separators arrives.
  const bool punctuation = !has(message, "unexpected string") && !has(message, "unexpected number") &&
                           !has(message, "unexpected true") && !has(message, "unexpected false") &&
                           !has(message, "unexpected null");
  const std::size_t start = punctuation ? std::min(bytes_read, source_.size()) - 1 : skip_to_token(source_, cursor_);
  const std::string_view token = source_.substr(start, end_of_token(source_, start) - start);
  std::string found;
  if (punctuation) {
    found = "'" + printable(token) + "'";
    const bool closes = token == "}" || token == "]";
    const std::size_t last = source_.find_last_not_of(" \t\r\n", start == 0 ? 0 : start - 1);
    if (closes && start > 0 && last != std::string_view::npos && source_[last] == ',')
      hint = "a ',' may not follow the last item";
  } else if (token.starts_with('"')) {
    found = in_quotes(token.substr(1, token.size() - 2));
    if (expected.starts_with("','")) hint = "is a ',' missing?";
  } else {
    found = unquoted(token);
    if (expected.starts_with("','"))
      hint = source_[start - 1] == '0' ? "a number may not start with 0" : "is a ',' missing?";
  }
  return problem_at(place_of(source_, start), std::move(found), std::move(expected), std::move(hint));
}

// Something that is no token at all: the library says what it stumbled on, and the text says what was meant.
Problem Builder::reworded_lexical(std::size_t bytes_read, std::string_view message) const {
  const std::size_t start = skip_to_token(source_, cursor_);
  const std::size_t last = std::min(std::max<std::size_t>(bytes_read, 1), source_.size() + 1) - 1;
  const bool at_end = last >= source_.size();
  const std::string_view rest = source_.substr(std::min(start, source_.size()));
  // The token as far as it can be read, without the quotes that in_quotes() puts around it.
  const std::string word =
      unquoted(rest.substr(0, std::max({std::size_t{1}, end_of_token(source_, start) - start, utf8_length(rest)})));

  if (has(message, "number overflow")) return problem_at(place_of(source_, start), word, "a number below 1e308");
  if (has(message, "missing closing quote"))
    return problem_at(place_of(source_, start), "a string without an end", "a closing '\"'");
  if (has(message, "invalid comment; missing"))
    return problem_at(place_of(source_, start), "a comment without an end", "a closing '*/'");
  if (has(message, "invalid comment"))
    return problem_at(place_of(source_, start), "'/'", "a value", "comments start with // or /*");
  if (has(message, "invalid string: surrogate"))
    return problem_at(place_of(source_, source_.rfind('\\', last)), "half of a surrogate pair",
                      "\\uD800 to \\uDBFF followed by \\uDC00 to \\uDFFF");
  if (has(message, "must be followed by 4 hex digits"))
    return problem_at(place_of(source_, last),
                      at_end ? "the end of the file" : "'" + printable(source_.substr(last, 1)) + "'",
                      "four hexadecimal digits after \\u");
  if (has(message, "forbidden character after backslash")) {
    const std::size_t length = std::max<std::size_t>(1, utf8_length(source_.substr(std::min(last, source_.size()))));
    return problem_at(place_of(source_, last),
                      at_end ? "the end of the file" : "'\\" + printable(source_.substr(last, length)) + "'",
                      "one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u in a string");
  }
  if (has(message, "invalid string: control character")) {
    const bool line_break = !at_end && (source_[last] == '\n' || source_[last] == '\r');
    return problem_at(place_of(source_, last),
                      line_break ? "a line break inside a string" : "a control character inside a string",
                      line_break ? "a closing '\"'" : "its escape: " + printable(source_.substr(last, 1)),
                      line_break ? "a line break in a string is written \\n" : "");
  }
  if (has(message, "invalid number")) {
    return problem_at(place_of(source_, start), word, "a number",
                      rest.starts_with("-I") ? "there is no infinity in JSON" : "");
  }

  std::string hint;
  const std::array<std::string, 3> literals{"true", "false", "null"};
  const std::string guess = nearest(word, literals);
  if (!guess.empty()) hint = "did you mean " + guess + "?";
  if (word.starts_with('\'')) hint = "strings stand in double quotes";
  if (word.starts_with('#')) hint = "comments start with // or /*";
  if (word == "None" || word == "nil" || word == "undefined") hint = "did you mean null?";
  if (word == "NaN" || word.starts_with("Inf")) hint = "there is no such number in JSON";
  if (word.starts_with('+') || word.starts_with('.')) hint = "a number starts with a digit or '-'";
  return problem_at(place_of(source_, start), word, expected_here(message), std::move(hint));
}

// The library takes a NUL byte for the end of the text, and looks at UTF-8 only inside strings: both are checked first.
bool is_clean(std::string_view source, Text& out) {
  for (std::size_t at = 0; at < source.size();) {
    if (source[at] == '\0') {
      const bool utf16 = at == 1 || source.starts_with(std::string_view("\0", 1));
      out.problems.push_back(
          problem_at(place_of(source, at), "a NUL byte", "text", utf16 ? "is this UTF-16? Save it as UTF-8" : ""));
      return false;
    }
    const std::size_t length = utf8_length(source.substr(at));
    if (length == 0) {
      const bool utf16 = at == 0 && (source.starts_with("\xFF\xFE") || source.starts_with("\xFE\xFF"));
      out.problems.push_back(problem_at(place_of(source, at), "the byte " + printable(source.substr(at, 1)),
                                        "UTF-8 text", utf16 ? "is this UTF-16? Save it as UTF-8" : ""));
      return false;
    }
    at += length;
  }
  return true;
}

// What a pointer step may hold literally.
std::string escaped_key(std::string_view key) {
  std::string out;
  std::size_t end = std::min(key.size(), pointer_key_bytes_max);
  while (end < key.size() && (static_cast<unsigned char>(key[end]) & 0xC0U) == 0x80U) --end;
  for (const char c : key.substr(0, end)) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return end < key.size() ? out + "..." : out;
}

}  // namespace

const Located* Located::member(std::string_view name) const {
  if (kind != Kind::object) return nullptr;
  const auto found = std::find_if(items.begin(), items.end(), [name](const Located& m) { return m.key == name; });
  return found == items.end() ? nullptr : &*found;
}

Text parse_text(std::string_view source, const Limits& limits) {
  Text out;
  if (source.size() > limits.bytes) {
    out.problems.push_back(problem_at({0, 0}, "more than " + bytes_as_text(limits.bytes), "a smaller file"));
    return out;
  }
  if (!is_clean(source, out)) return out;
  try {
    Builder builder(source, out, limits);
    out.whole =
        Json::sax_parse(source.begin(), source.end(), &builder, nlohmann::detail::input_format_t::json, true, true);
  } catch (const std::exception& error) {
    out.problems.assign(1,
                        problem_at({0, 0}, std::string("a text that cannot be read (") + error.what() + ")", "JSON"));
  }
  if (!out.whole && out.problems.empty())
    out.problems.push_back(problem_at({1, 1}, "a text that cannot be read", "JSON"));
  // No two of these share a place.
  std::sort(out.problems.begin(), out.problems.end(),
            [](const Problem& a, const Problem& b) { return std::tie(a.line, a.column) < std::tie(b.line, b.column); });
  return out;
}

const Located* find(const Located& root, std::string_view pointer) {
  const Located* at = &root;
  while (!pointer.empty()) {
    if (pointer[0] != '/') return nullptr;
    pointer.remove_prefix(1);
    const std::string_view step = pointer.substr(0, pointer.find('/'));
    pointer.remove_prefix(step.size());
    if (at->kind == Kind::object) {
      std::string key;
      for (std::size_t i = 0; i < step.size(); ++i) {
        if (step[i] != '~') {
          key += step[i];
        } else if (i + 1 < step.size() && (step[i + 1] == '0' || step[i + 1] == '1')) {
          key += step[++i] == '0' ? '~' : '/';
        } else {
          return nullptr;
        }
      }
      at = at->member(key);
      if (at == nullptr) return nullptr;
    } else if (at->kind == Kind::array) {
      if (step.empty() || step.size() > 9 || !std::all_of(step.begin(), step.end(), is_digit)) return nullptr;
      if (step.size() > 1 && step[0] == '0') return nullptr;
      const auto index = static_cast<std::size_t>(std::stoul(std::string(step)));
      if (index >= at->items.size()) return nullptr;
      at = &at->items[index];
    } else {
      return nullptr;
    }
  }
  return at;
}

std::string pointer_step(std::string_view pointer, std::string_view key) {
  return std::string(pointer) + "/" + escaped_key(key);
}

// Values stand in the order of the text, so each step down is the last child that does not start after the value.
std::string pointer_to(const Located& root, const Located& value) {
  std::string out;
  const Located* at = &root;
  while (at != &value) {
    const auto after = std::upper_bound(at->items.begin(), at->items.end(), value, before);
    if (after == at->items.begin()) return out;  // not in this tree: as near as it gets
    const Located* child = &*std::prev(after);
    out = at->kind == Kind::object ? pointer_step(out, child->key)
                                   : pointer_step(out, std::to_string(child - at->items.data()));
    at = child;
  }
  return out;
}

std::string describe(const Located& value) {
  switch (value.kind) {
    case Kind::null: return "null";
    case Kind::boolean: return value.boolean ? "true" : "false";
    case Kind::integer: return std::to_string(value.integer);
    case Kind::real: return unquoted(value.text);
    case Kind::string: return in_quotes(value.text);
    case Kind::array:
      return value.items.empty() ? "an empty array" : "an array of " + std::to_string(value.items.size());
    case Kind::object: return value.items.empty() ? "an empty object" : "an object";
  }
  return {};
}

FileText read_file(const std::string& path, std::size_t bytes_max) {
  FileText out;
  const auto refuse = [&](std::string found, std::string expected) {
    out.text.clear();
    out.problems.push_back(problem_at({0, 0}, std::move(found), std::move(expected)));
    return out;
  };
  const std::string limit = "at most " + bytes_as_text(bytes_max);

  std::error_code failure;
  const std::filesystem::file_status status = std::filesystem::status(path, failure);
  if (status.type() == std::filesystem::file_type::not_found) return refuse("no such file", "a file to read");
  if (std::filesystem::is_directory(status)) return refuse("a directory", "a file to read");
  if (std::filesystem::is_regular_file(status)) {
    const std::uintmax_t bytes = std::filesystem::file_size(path, failure);
    if (!failure && bytes > bytes_max) return refuse("a file of " + bytes_as_text(bytes), limit);
  }

  const auto close = [](std::FILE* file) { std::fclose(file); };
  const std::unique_ptr<std::FILE, decltype(close)> file(std::fopen(path.c_str(), "rb"), close);
  if (!file)
    return refuse("a file that cannot be opened (" + std::generic_category().message(errno) + ")", "a file to read");
  // One byte past the limit is enough to know that there is more.
  std::array<char, std::size_t{64} * 1024> block{};
  while (out.text.size() <= bytes_max) {
    const std::size_t wanted = std::min(block.size(), bytes_max + 1 - out.text.size());
    const std::size_t got = std::fread(block.data(), 1, wanted, file.get());
    out.text.append(block.data(), got);
    if (got == wanted) continue;
    if (std::ferror(file.get()) != 0)
      return refuse("a file that cannot be read (" + std::generic_category().message(errno) + ")", "a file to read");
    break;
  }
  if (out.text.size() > bytes_max) return refuse("more than " + bytes_as_text(bytes_max), limit);
  return out;
}

}  // namespace converge::scenarios
