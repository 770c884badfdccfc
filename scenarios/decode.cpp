// The work behind the tables: reading each shape, and saying what was expected where it does not fit.
#include "scenarios/decode.hpp"

#include <algorithm>
#include <array>
#include <cassert>

namespace converge::scenarios {
namespace {

using Kind = Located::Kind;
using Type = Shape::Type;

constexpr std::string_view schema_key = "$schema";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_identifier(std::string_view text) {
  if (text.empty() || text.size() > static_cast<std::size_t>(identifier_characters_max)) return false;
  if (!is_letter(text[0]) && text[0] != '_') return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '.' || c == '/';
  });
}

struct TextFacts {
  std::int64_t characters = 0;
  bool control = false;  // U+0000 to U+001F, U+007F to U+009F
};

// The text is valid UTF-8: the parser has seen to that.
TextFacts look_at(std::string_view text) {
  TextFacts facts;
  while (!text.empty()) {
    const std::size_t length = std::max<std::size_t>(1, utf8_length(text));
    const auto first = static_cast<unsigned char>(text[0]);
    if (first < 0x20 || first == 0x7F) facts.control = true;
    if (first == 0xC2 && length == 2 && static_cast<unsigned char>(text[1]) < 0xA0) facts.control = true;
    ++facts.characters;
    text.remove_prefix(length);
  }
  return facts;
}

bool within(std::int64_t value, const Shape& shape) {
  return (!shape.least || value >= *shape.least) && (!shape.most || value <= *shape.most);
}

std::string in_unit(std::int64_t value, Type type) {
  switch (type) {
    case Type::duration:
    case Type::window: return sim::text(sim::Duration{value});
    case Type::probability:
    case Type::percentage: return detail::write_whole(value, Shape{.type = type});
    default: return std::to_string(value);
  }
}

// " from 1 to 256", ", at least 1", ", at most 256", or nothing.
std::string bounds(const Shape& shape) {
  if (shape.least && shape.most)
    return " from " + in_unit(*shape.least, shape.type) + " to " + in_unit(*shape.most, shape.type);
  if (shape.least) return ", at least " + in_unit(*shape.least, shape.type);
  if (shape.most) return ", at most " + in_unit(*shape.most, shape.type);
  return {};
}

// "of 1 to 200 characters", "of at most 200 characters".
std::string size_bounds(const Shape& shape, std::string_view unit) {
  const std::int64_t least = shape.least.value_or(0);
  const std::string most = shape.most ? std::to_string(*shape.most) : "any number of";
  if (shape.most && least == *shape.most) return " of " + most + " " + std::string(unit);
  if (least == 0) return " of at most " + most + " " + std::string(unit);
  return " of " + std::to_string(least) + " to " + most + " " + std::string(unit);
}

std::vector<std::string> choice_names(const Shape& shape) {
  std::vector<std::string> out;
  for (const Shape::Choice& choice : shape.choices) out.push_back(choice.name);
  return out;
}

std::vector<std::string> field_names(const ObjectSpec& spec) {
  std::vector<std::string> out;
  for (const FieldSpec& f : spec.fields) out.push_back(f.name);
  return out;
}

Shape& innermost(Shape& shape) { return shape.element.empty() ? shape : innermost(shape.element.front()); }

// "12.5%" in parts per million, when it has the form that the schema's pattern allows.
std::optional<std::int64_t> percent_text(std::string_view text, std::int64_t most_ppm) {
  if (!text.ends_with('%')) return std::nullopt;
  text.remove_suffix(1);
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, point);
  const std::size_t whole_digits_max = std::to_string(most_ppm / (ppm_whole / 100)).size();
  if (whole.empty() || whole.size() > whole_digits_max || !std::all_of(whole.begin(), whole.end(), is_digit))
    return std::nullopt;
  if (point < text.size()) {
    const std::string_view fraction = text.substr(point + 1);
    if (fraction.empty() || fraction.size() > 4 || !std::all_of(fraction.begin(), fraction.end(), is_digit))
      return std::nullopt;
  }
  return exact_decimal(text, 4);
}

// The whole number that the value stands for in this shape; nothing when it is of another kind or too fine.
std::optional<std::int64_t> whole_of(const Located& json, const Shape& shape) {
  const int decimals = shape.type == Type::probability ? 6 : shape.type == Type::percentage ? 4 : 0;
  if (json.kind == Kind::integer) return exact_decimal(std::to_string(json.integer), decimals);
  if (json.kind == Kind::real) return exact_decimal(json.text, decimals);
  if (json.kind == Kind::string && decimals > 0) {
    // The pattern of a narrowed probability stays that of any probability.
    return percent_text(json.text, shape.type == Type::probability ? ppm_whole : shape.most.value_or(ppm_whole));
  }
  return std::nullopt;
}

// One duration of a duration or a window.
std::optional<sim::Duration> duration_of(const Located& json, const Shape& shape, Context& context) {
  if (json.faulty) return std::nullopt;
  const Shape one{.type = Type::duration, .nullable = false, .least = shape.least, .most = shape.most};
  if (json.kind == Kind::integer) {
    const std::string n = std::to_string(json.integer);
    context.mismatch(json, one,
                     json.integer < 0 ? "" : "with its unit: \"" + n + "s\", \"" + n + "m\" or \"" + n + "h\"");
    return std::nullopt;
  }
  const std::optional<sim::Duration> parsed = json.kind == Kind::string ? sim::parse_duration(json.text) : std::nullopt;
  if (!parsed || !within(parsed->us, shape)) {
    context.mismatch(json, one);
    return std::nullopt;
  }
  return parsed;
}

constexpr std::array<std::string_view, 3> window_keys{"least", "usual", "most"};

// The three places of a window that is an object; usual must be there, and stands for the others where they are not.
// Nothing when something is wrong with its keys.
std::optional<std::array<const Located*, 3>> window_members(const Located& json, Context& context) {
  const std::vector<std::string> names(window_keys.begin(), window_keys.end());
  std::array<const Located*, 3> places{};
  bool good = true;
  for (const Located& member : json.items) {
    const auto key = std::find(window_keys.begin(), window_keys.end(), member.key);
    if (key != window_keys.end()) {
      places[static_cast<std::size_t>(key - window_keys.begin())] = &member;
      continue;
    }
    good = false;
    context.problem_at_key(member, "unknown key " + in_quotes(member.key), one_of(names),
                           did_you_mean(member.key, names));
  }
  if (places[1] == nullptr) {
    good = false;
    context.problem(json, describe(json) + " without \"usual\"", "the key \"usual\": a duration such as \"15m\"");
  }
  if (places[0] == nullptr) places[0] = places[1];
  if (places[2] == nullptr) places[2] = places[1];
  return good ? std::optional(places) : std::nullopt;
}

}  // namespace

std::string expectation(const Shape& shape) {
  const std::string or_null = shape.nullable ? ", or null" : "";
  switch (shape.type) {
    case Type::boolean: return "true or false" + or_null;
    case Type::integer: return "a whole number" + bounds(shape) + or_null;
    case Type::text: return "a string" + size_bounds(shape, "characters") + or_null;
    case Type::identifier:
      return "a name of letters, digits, '_', '-', '.' or '/' that starts with a letter or '_', at most " +
             std::to_string(identifier_characters_max) + " characters" + or_null;
    case Type::choice: return one_of(choice_names(shape)) + or_null;
    case Type::duration: return "a duration such as \"15m\" or \"PT1H30M\"" + bounds(shape) + or_null;
    case Type::window:
      return "a duration such as \"5m\", three of them such as [\"1m\", \"5m\", \"20m\"], or {\"least\": \"1m\", "
             "\"usual\": "
             "\"5m\", \"most\": \"20m\"}" +
             or_null;
    case Type::probability: return "a probability" + bounds(shape) + ", such as 0.005 or \"0.5%\"" + or_null;
    case Type::percentage: return "a percentage" + bounds(shape) + ", such as 25 or \"25%\"" + or_null;
    case Type::array: return "an array" + size_bounds(shape, "items") + or_null;
    case Type::object: return "an object" + or_null;
    case Type::custom: return shape.says + or_null;
  }
  return {};
}

void Context::add(std::string path, std::size_t line, std::size_t column, std::string found, std::string expected,
                  std::string hint) {
  if (full()) return;
  problems_.push_back({.path = std::move(path),
                       .line = line,
                       .column = column,
                       .found = std::move(found),
                       .expected = std::move(expected),
                       .hint = std::move(hint)});
}

void Context::problem(const Located& at, std::string found, std::string expected, std::string hint) {
  if (full()) return;
  add(pointer_to(*root_, at), at.line, at.column, std::move(found), std::move(expected), std::move(hint));
}

void Context::problem_at_key(const Located& member, std::string found, std::string expected, std::string hint) {
  if (full()) return;
  add(pointer_to(*root_, member), member.key_line, member.key_column, std::move(found), std::move(expected),
      std::move(hint));
}

void Context::problem(std::string_view pointer, std::string found, std::string expected, std::string hint) {
  std::string_view nearest_pointer = pointer;
  const Located* at = find(*root_, nearest_pointer);
  while (at == nullptr && !nearest_pointer.empty()) {
    nearest_pointer = nearest_pointer.substr(0, std::min(nearest_pointer.rfind('/'), nearest_pointer.size() - 1));
    at = find(*root_, nearest_pointer);
  }
  if (at == nullptr) at = root_;
  add(std::string(pointer), at->line, at->column, std::move(found), std::move(expected), std::move(hint));
}

void Context::mismatch(const Located& at, const Shape& shape, std::string hint) {
  if (!at.faulty && !full()) problem(at, describe(at), expectation(shape), std::move(hint));
}

std::optional<std::int64_t> exact_decimal(std::string_view number, int decimals) {
  const bool negative = number.starts_with('-');
  if (negative) number.remove_prefix(1);

  std::int64_t exponent = 0;
  const std::size_t e = number.find_first_of("eE");
  if (e != std::string_view::npos) {
    std::string_view digits = number.substr(e + 1);
    const bool down = digits.starts_with('-');
    if (down || digits.starts_with('+')) digits.remove_prefix(1);
    constexpr std::int64_t exponent_max = 1'000'000'000;  // beyond any text's number of digits
    for (const char c : digits) exponent = std::min(exponent * 10 + (c - '0'), exponent_max);
    if (down) exponent = -exponent;
    number = number.substr(0, e);
  }

  std::string digits(number);
  const std::size_t point = digits.find('.');
  if (point != std::string::npos) {
    exponent -= static_cast<std::int64_t>(digits.size() - point - 1);
    digits.erase(point, 1);
  }
  exponent += decimals;
  const std::size_t first = digits.find_first_not_of('0');
  if (first == std::string::npos) return 0;
  const std::size_t last = digits.find_last_not_of('0');
  exponent += static_cast<std::int64_t>(digits.size() - 1 - last);
  digits = digits.substr(first, last + 1 - first);

  constexpr std::size_t digits_max = std::numeric_limits<std::int64_t>::digits10 + 1;
  if (exponent < 0 || digits.size() > digits_max) return std::nullopt;
  if (exponent > static_cast<std::int64_t>(digits_max - digits.size())) return std::nullopt;
  digits.append(static_cast<std::size_t>(exponent), '0');
  std::uint64_t value = 0;  // nineteen digits always fit
  for (const char c : digits) value = value * 10 + static_cast<std::uint64_t>(c - '0');
  const auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (value > most + (negative ? 1U : 0U)) return std::nullopt;
  return static_cast<std::int64_t>(negative ? 0 - value : value);
}

namespace detail {

void read_boolean(bool& target, const Located& json, const Shape& shape, Context& context) {
  if (json.kind == Kind::boolean) {
    target = json.boolean;
  } else {
    const bool in_a_string = json.kind == Kind::string && (json.text == "true" || json.text == "false");
    context.mismatch(json, shape, in_a_string ? "without the quotes" : "");
  }
}

void read_whole(std::int64_t& target, const Located& json, const Shape& shape, Context& context) {
  if (json.faulty) return;
  const std::optional<std::int64_t> value = whole_of(json, shape);
  if (value && within(*value, shape)) {
    target = *value;
    return;
  }
  std::string hint;
  if (json.kind == Kind::string && !json.text.empty() && json.text.size() < 19 &&
      std::all_of(json.text.begin(), json.text.end(), is_digit))
    hint = "without the quotes";
  if (json.kind == Kind::real && !value && shape.type == Type::probability) hint = "at most six decimals";
  if (json.kind == Kind::real && !value && shape.type == Type::percentage) hint = "at most four decimals";
  context.mismatch(json, shape, std::move(hint));
}

void read_text(std::string& target, const Located& json, const Shape& shape, Context& context) {
  if (json.kind != Kind::string) return context.mismatch(json, shape);
  if (shape.type == Type::identifier) {
    if (!is_identifier(json.text)) return context.mismatch(json, shape);
  } else {
    const TextFacts facts = look_at(json.text);
    if (!within(facts.characters, shape)) {
      return context.problem(json, describe(json) + " of " + std::to_string(facts.characters) + " characters",
                             expectation(shape));
    }
    if (facts.control) return context.problem(json, describe(json), "a string without control characters");
  }
  target = json.text;
}

void read_duration(sim::Duration& target, const Located& json, const Shape& shape, Context& context) {
  if (const std::optional<sim::Duration> value = duration_of(json, shape, context)) target = *value;
}

void read_window(sim::Window& target, const Located& json, const Shape& shape, Context& context) {
  std::array<const Located*, 3> places{};
  if (json.kind == Kind::string || json.kind == Kind::integer) {
    if (const std::optional<sim::Duration> value = duration_of(json, shape, context)) target = sim::exactly(*value);
    return;
  }
  if (json.kind == Kind::array && json.items.size() == places.size()) {
    for (std::size_t i = 0; i < places.size(); ++i) places[i] = &json.items[i];
  } else if (json.kind == Kind::object) {
    const auto members = window_members(json, context);
    if (!members) return;
    places = *members;
  } else {
    return context.mismatch(json, shape);
  }

  std::array<sim::Duration, 3> values{};
  bool good = true;
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (i > 0 && places[i] == places[i - 1]) {  // stands in for one that was left out: complain once
      values[i] = values[i - 1];
      continue;
    }
    const std::optional<sim::Duration> value = duration_of(*places[i], shape, context);
    if (value) values[i] = *value;
    good = good && value.has_value();
  }
  if (!good) return;
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (values[i - 1] <= values[i]) continue;
    return context.problem(*places[i], describe(*places[i]),
                           std::string(window_keys[i]) + " not below " + std::string(window_keys[i - 1]) + " (" +
                               sim::text(values[i - 1]) + ")",
                           "a window is least <= usual <= most");
  }
  target = {values[0], values[1], values[2]};
}

void read_choice(std::size_t& index, const Located& json, const Shape& shape, Context& context) {
  if (json.kind == Kind::string) {
    for (std::size_t i = 0; i < shape.choices.size(); ++i) {
      if (shape.choices[i].name == json.text) {
        index = i;
        return;
      }
    }
    if (!context.full()) context.mismatch(json, shape, did_you_mean(json.text, choice_names(shape)));
    return;
  }
  context.mismatch(json, shape);
}

std::size_t read_array(const Located& json, const Shape& shape, Context& context) {
  const std::size_t count = json.items.size();
  if (within(static_cast<std::int64_t>(count), shape)) return count;
  context.mismatch(json, shape);
  return shape.most ? std::min(count, static_cast<std::size_t>(*shape.most)) : count;
}

void read_object(void* target, const Located& json, const ObjectSpec& spec, Context& context) {
  const std::size_t problems_before = context.problems().size();
  if (json.kind != Kind::object) return context.mismatch(json, Shape{.type = Type::object});

  std::vector<bool> seen(spec.fields.size(), false);
  for (const Located& member : json.items) {
    const auto f = std::find_if(spec.fields.begin(), spec.fields.end(),
                                [&](const FieldSpec& listed) { return listed.name == member.key; });
    if (f != spec.fields.end()) {
      seen[static_cast<std::size_t>(f - spec.fields.begin())] = true;
      f->read(target, member, context);
    } else if (&json == &context.root() && member.key == schema_key) {
      // For editors, which complete a file by the schema that it names.
      if (member.kind != Kind::string) context.problem(member, describe(member), "the address of a JSON Schema");
    } else if (!context.full()) {
      const std::vector<std::string> known = field_names(spec);
      context.problem_at_key(member, "unknown key " + in_quotes(member.key), one_of(known),
                             did_you_mean(member.key, known));
    }
  }
  for (std::size_t i = 0; i < spec.fields.size(); ++i) {
    const FieldSpec& f = spec.fields[i];
    if (f.required && !seen[i])
      context.problem(json, describe(json) + " without " + in_quotes(f.name),
                      "the key " + in_quotes(f.name) + ": " + expectation(f.shape));
  }
  if (context.problems().size() > problems_before) return;
  for (const ObjectSpec::Rule& rule : spec.rules) rule.check(target, json, context);
}

std::string write_whole(std::int64_t value, const Shape& shape) {
  const int decimals = shape.type == Type::probability ? 6 : shape.type == Type::percentage ? 4 : 0;
  if (decimals == 0) return std::to_string(value);
  assert(value >= 0);
  std::string digits = std::to_string(value);
  const auto places = static_cast<std::size_t>(decimals);
  if (digits.size() <= places) digits.insert(0, places + 1 - digits.size(), '0');
  digits.insert(digits.size() - places, 1, '.');
  digits.resize(digits.find_last_not_of('0') + 1);
  if (digits.ends_with('.')) digits.pop_back();
  return digits;
}

std::string write_text(const std::string& text) {
  constexpr std::string_view symbols = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20) {
      out += "\\u00";
      out += symbols[byte >> 4U];
      out += symbols[byte & 0xFU];
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string write_duration(sim::Duration d) { return write_text(sim::iso8601(d)); }

std::string write_window(const sim::Window& w) {
  if (w == sim::exactly(w.usual)) return write_duration(w.usual);
  return "[" + write_duration(w.least) + ", " + write_duration(w.usual) + ", " + write_duration(w.most) + "]";
}

std::string write_object(const void* target, const ObjectSpec& spec) {
  std::string out;
  for (const FieldSpec& f : spec.fields) {
    const std::string value = f.write(target);
    if (value.empty()) continue;
    out += out.empty() ? "{" : ", ";
    out += write_text(f.name) + ": " + value;
  }
  return out.empty() ? "{}" : out + "}";
}

void set_least(Shape& shape, std::int64_t least) {
  Shape& narrowed = innermost(shape);
  assert(narrowed.type == Type::integer || narrowed.type == Type::probability || narrowed.type == Type::percentage);
  assert(!narrowed.least || least >= *narrowed.least);
  narrowed.least = least;
}

void set_least(Shape& shape, sim::Duration least) {
  Shape& narrowed = innermost(shape);
  assert(narrowed.type == Type::duration || narrowed.type == Type::window);
  narrowed.least = least.us;
}

void set_most(Shape& shape, std::int64_t most) {
  Shape& narrowed = innermost(shape);
  assert(narrowed.type == Type::integer || narrowed.type == Type::probability || narrowed.type == Type::percentage);
  assert(!narrowed.most || most <= *narrowed.most);
  narrowed.most = most;
}

void set_most(Shape& shape, sim::Duration most) {
  Shape& narrowed = innermost(shape);
  assert(narrowed.type == Type::duration || narrowed.type == Type::window);
  narrowed.most = most.us;
}

void set_type(Shape& shape, Type from, Type to, std::int64_t least, std::int64_t most) {
  Shape& changed = innermost(shape);
  assert(changed.type == from);
  static_cast<void>(from);
  changed.type = to;
  changed.least = least;
  changed.most = most;
}

void set_length(Shape& shape, Type type, std::int64_t least, std::int64_t most) {
  Shape& narrowed = type == Type::array ? shape : innermost(shape);
  assert(narrowed.type == type);
  assert(0 <= least && least <= most);
  narrowed.least = least;
  narrowed.most = most;
}

}  // namespace detail
}  // namespace converge::scenarios
