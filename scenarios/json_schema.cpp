// Schema and reference page, both read off the same tables as the decoder.
#include "scenarios/json_schema.hpp"

#include <algorithm>
#include <cassert>
#include <nlohmann/json.hpp>
#include <vector>

#include "scenarios/decode.hpp"

namespace converge::scenarios {
namespace {

using Json = nlohmann::ordered_json;
using Type = Shape::Type;

constexpr std::string_view control_characters = "[\\u0000-\\u001f\\u007f-\\u009f]";
// Exactly to 100, in the ways in which the decoder reads it.
constexpr std::string_view percent_pattern = "^(100(\\.0{1,4})?|0?[0-9]{1,2}(\\.[0-9]{1,4})?)%$";

void collect(const ObjectSpec& spec, std::vector<const ObjectSpec*>& out);

void collect(const Shape& shape, std::vector<const ObjectSpec*>& out) {
  if (shape.object) collect(*shape.object, out);
  for (const Shape& element : shape.element) collect(element, out);
  for (const auto& used : shape.uses) collect(*used, out);
}

// Every object within reach, each once, in the order in which a reader meets them. Names are unique: our own mistake
// otherwise.
void collect(const ObjectSpec& spec, std::vector<const ObjectSpec*>& out) {
  if (std::find(out.begin(), out.end(), &spec) != out.end()) return;
  assert(std::none_of(out.begin(), out.end(), [&](const ObjectSpec* other) { return other->name == spec.name; }));
  assert(spec.name != "duration" && spec.name != "window" && spec.name != "probability");
  out.push_back(&spec);
  for (const FieldSpec& f : spec.fields) collect(f.shape, out);
}

Json reference_to(std::string_view name) { return Json{{"$ref", "#/$defs/" + std::string(name)}}; }

// A number of parts per million as a number of the schema: 0.005, 25.
Json as_number(std::int64_t ppm, Type type) { return Json::parse(detail::write_whole(ppm, Shape{.type = type})); }

Json probability_schema(const Shape& shape) {
  Json number{{"type", "number"}};
  number["minimum"] = as_number(shape.least.value_or(0), Type::probability);
  number["maximum"] = as_number(shape.most.value_or(ppm_whole), Type::probability);
  Json out;
  out["anyOf"] = Json::array({number, Json{{"type", "string"}, {"pattern", percent_pattern}}});
  return out;
}

Json percentage_schema(const Shape& shape) {
  const std::int64_t most = shape.most.value_or(ppm_whole);
  Json number{{"type", "number"}};
  number["minimum"] = as_number(shape.least.value_or(0), Type::percentage);
  number["maximum"] = as_number(most, Type::percentage);
  const std::size_t digits = std::to_string(most / (ppm_whole / 100)).size();
  const std::string pattern =
      most == ppm_whole ? std::string(percent_pattern) : "^[0-9]{1," + std::to_string(digits) + "}(\\.[0-9]{1,4})?%$";
  Json out;
  out["anyOf"] = Json::array({number, Json{{"type", "string"}, {"pattern", pattern}}});
  return out;
}

Json value_schema(const Shape& shape) {
  Json out;
  switch (shape.type) {
    case Type::boolean: out["type"] = "boolean"; break;
    case Type::integer:
      out["type"] = "integer";
      if (shape.least) out["minimum"] = *shape.least;
      if (shape.most) out["maximum"] = *shape.most;
      break;
    case Type::text:
      out["type"] = "string";
      if (shape.least.value_or(0) > 0) out["minLength"] = *shape.least;
      if (shape.most) out["maxLength"] = *shape.most;
      out["not"] = Json{{"pattern", control_characters}};
      break;
    case Type::identifier:
      out["type"] = "string";
      out["pattern"] = "^[A-Za-z_][A-Za-z0-9_./-]{0," + std::to_string(identifier_characters_max - 1) + "}$";
      break;
    case Type::choice:
      for (const Shape::Choice& choice : shape.choices) out["enum"].push_back(choice.name);
      break;
    case Type::duration: return reference_to("duration");
    case Type::window: return reference_to("window");
    case Type::probability:
      return shape.least.value_or(0) == 0 && shape.most.value_or(ppm_whole) == ppm_whole ? reference_to("probability")
                                                                                         : probability_schema(shape);
    case Type::percentage: return percentage_schema(shape);
    case Type::array: {
      out["type"] = "array";
      const Shape& element = shape.element.front();
      Json items = value_schema(element);
      if (element.nullable) items = Json{{"anyOf", Json::array({items, Json{{"type", "null"}}})}};
      out["items"] = items;
      if (shape.least.value_or(0) > 0) out["minItems"] = *shape.least;
      if (shape.most) out["maxItems"] = *shape.most;
      break;
    }
    case Type::object: return reference_to(shape.object->name);
    case Type::custom: return Json::parse(shape.schema);
  }
  return out;
}

std::string choices_in_words(const Shape& shape) {
  std::string out;
  for (const Shape::Choice& choice : shape.choices) {
    if (choice.doc.empty()) continue;
    out += (out.empty() ? " " : "; ") + choice.name + ": " + choice.doc;
  }
  return out.empty() ? out : out + ".";
}

// The bounds that the schema itself cannot hold, for its description.
std::string unchecked_bounds(const Shape& shape) {
  if (shape.type != Type::duration && shape.type != Type::window) return {};
  std::string out;
  if (shape.least) out += " At least " + sim::text(sim::Duration{*shape.least}) + ".";
  if (shape.most) out += " At most " + sim::text(sim::Duration{*shape.most}) + ".";
  return out;
}

const Shape& innermost(const Shape& shape) { return shape.element.empty() ? shape : innermost(shape.element.front()); }

Json field_schema(const FieldSpec& f) {
  Json out = value_schema(f.shape);
  if (f.shape.nullable) out = Json{{"anyOf", Json::array({out, Json{{"type", "null"}}})}};
  const Shape& inner = innermost(f.shape);
  const std::string description = f.doc + choices_in_words(inner) + unchecked_bounds(inner);
  // A custom fragment may describe itself; the table's words come first then.
  const std::string own = out.contains("description") ? " " + out["description"].get<std::string>() : std::string();
  out["description"] = description + own;
  if (!f.source.empty()) out["$comment"] = "source: " + f.source;
  if (!f.fallback.empty()) out["default"] = Json::parse(f.fallback);
  return out;
}

Json object_schema(const ObjectSpec& spec, bool top) {
  Json out;
  out["type"] = "object";
  std::string description = spec.doc;
  for (const ObjectSpec::Rule& rule : spec.rules) description += " Also checked: " + rule.says + ".";
  out["description"] = description;
  out["properties"] = Json::object();
  if (top)
    out["properties"]["$schema"] =
        Json{{"type", "string"}, {"description", "The address of this schema, for editors."}};
  Json required = Json::array();
  for (const FieldSpec& f : spec.fields) {
    out["properties"][f.name] = field_schema(f);
    if (f.required) required.push_back(f.name);
  }
  if (!required.empty()) out["required"] = required;
  out["additionalProperties"] = false;
  return out;
}

Json duration_schema() {
  Json out;
  out["type"] = "string";
  out["pattern"] = duration_pattern();
  out["description"] =
      "A duration: short (\"15m\", \"1h30m\", \"250ms\"; units w, d, h, m, s, ms, us) or ISO 8601 (\"PT15M\", "
      "\"P1DT2H\"). At most 100 years, a whole number of microseconds.";
  out["examples"] = {"15m", "1h30m", "PT15M"};
  return out;
}

Json window_schema() {
  const Json duration = reference_to("duration");
  Json members;
  members["type"] = "object";
  for (const char* name : {"least", "usual", "most"}) members["properties"][name] = duration;
  members["required"] = {"usual"};
  members["additionalProperties"] = false;
  Json three;
  three["type"] = "array";
  three["items"] = duration;
  three["minItems"] = 3;
  three["maxItems"] = 3;
  Json out;
  out["anyOf"] = Json::array({duration, members, three});
  out["description"] =
      "How long something takes: one duration when it always takes that long, or the least, the usual and the most, as "
      "an "
      "object or in this order as an array. What an object leaves out is as usual. least <= usual <= most.";
  out["examples"] =
      Json::array({"5m", Json::array({"1m", "5m", "20m"}), Json{{"least", "1m"}, {"usual", "5m"}, {"most", "20m"}}});
  return out;
}

Json probability_definition() {
  Json out = probability_schema(Shape{.type = Type::probability});
  out["description"] = "A probability: a number from 0 to 1, or a percentage in quotes. At most six decimals.";
  out["examples"] = Json::array({Json::parse("0.005"), "0.5%"});
  return out;
}

// Text within a cell of a Markdown table, or a paragraph.
std::string markdown_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|' || c == '<' || c == '*') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string code(std::string_view text) {
  std::string out = "`";
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out + "`";
}

std::string type_cell(const Shape& shape) {
  const std::string or_null = shape.nullable ? " or `null`" : "";
  switch (shape.type) {
    case Type::boolean: return "true or false" + or_null;
    case Type::integer: return "whole number" + or_null;
    case Type::text: return "text" + or_null;
    case Type::identifier: return "name" + or_null;
    case Type::choice: {
      std::string out;
      for (const Shape::Choice& choice : shape.choices)
        out += (out.empty() ? "" : ", ") + code("\"" + choice.name + "\"");
      return out + or_null;
    }
    case Type::duration: return "duration" + or_null;
    case Type::window: return "window" + or_null;
    case Type::probability: return "probability" + or_null;
    case Type::percentage: return "percentage" + or_null;
    case Type::array: return "array of " + type_cell(shape.element.front()) + or_null;
    case Type::object: return "[" + shape.object->name + "](#" + shape.object->name + ")" + or_null;
    case Type::custom: return markdown_text(shape.says) + or_null;
  }
  return {};
}

std::string range_cell(const Shape& shape) {
  const auto said = [&](std::int64_t value) -> std::string {
    switch (shape.type) {
      case Type::duration:
      case Type::window: return sim::text(sim::Duration{value});
      case Type::probability:
      case Type::percentage: return detail::write_whole(value, Shape{.type = shape.type});
      default: return std::to_string(value);
    }
  };
  std::string unit;
  if (shape.type == Type::text || shape.type == Type::identifier) unit = " characters";
  if (shape.type == Type::array) unit = " items";
  std::string out;
  if (shape.least && shape.most) {
    out = said(*shape.least) + " to " + said(*shape.most) + unit;
  } else if (shape.least) {
    out = "at least " + said(*shape.least) + unit;
  } else if (shape.most) {
    out = "at most " + said(*shape.most) + unit;
  }
  if (shape.element.empty()) return out;
  const std::string each = range_cell(shape.element.front());
  return each.empty() ? out : out + ", each " + each;
}

std::string meaning_cell(const FieldSpec& f) {
  std::string out = markdown_text(f.doc);
  std::string choices;
  for (const Shape::Choice& choice : innermost(f.shape).choices) {
    if (!choice.doc.empty())
      choices += (choices.empty() ? " " : "; ") + code(choice.name) + ": " + markdown_text(choice.doc);
  }
  out += choices.empty() ? "" : choices + ".";
  if (!f.source.empty()) out += " " + markdown_text(f.source);
  return out;
}

}  // namespace

std::string duration_pattern() {
  const auto parts = [](const std::vector<std::string>& units) {
    std::string out;
    for (const std::string& unit : units) out += "([0-9]+([.,][0-9]+)?" + unit + ")?";
    return out;
  };
  // Only the last component may have a fraction: no fraction with another digit after its unit.
  const std::string last_fraction = "(?!.*[.,][0-9]+[A-Za-z]+[0-9])";
  const std::string iso = "P(?=[0-9T])" + parts({"W", "D"}) + "(T(?=[0-9])" + parts({"H", "M", "S"}) + ")?";
  const std::string brief = "(?=[0-9])" + parts({"w", "d", "h", "m", "s", "ms", "us"});
  return "^" + last_fraction + "(" + iso + "|" + brief + ")$";
}

std::string json_schema(const ObjectSpec& root, std::string_view id, std::string_view title) {
  std::vector<const ObjectSpec*> objects;
  collect(root, objects);
  Json out;
  out["$schema"] = "https://json-schema.org/draft/2020-12/schema";
  out["$id"] = std::string(id);
  out["title"] = std::string(title);
  out.update(object_schema(root, true));
  out["$defs"]["duration"] = duration_schema();
  out["$defs"]["window"] = window_schema();
  out["$defs"]["probability"] = probability_definition();
  for (const ObjectSpec* spec : objects) {
    if (spec != &root) out["$defs"][spec->name] = object_schema(*spec, false);
  }
  return out.dump(2) + "\n";
}

std::string reference_markdown(const ObjectSpec& root) {
  std::vector<const ObjectSpec*> objects;
  collect(root, objects);
  std::string out;
  for (const ObjectSpec* spec : objects) {
    if (!out.empty()) out += "\n";
    out += "## " + spec->name + "\n\n" + markdown_text(spec->doc) + "\n\n";
    out += "| field | type | default | range | meaning |\n| --- | --- | --- | --- | --- |\n";
    for (const FieldSpec& f : spec->fields) {
      const std::string fallback = f.required ? "**required**" : f.fallback.empty() ? "" : code(f.fallback);
      out += "| " + code(f.name) + " | " + type_cell(f.shape) + " | " + fallback + " | " + range_cell(f.shape) + " | " +
             meaning_cell(f) + " |\n";
    }
    if (spec->rules.empty()) continue;
    out += "\n";
    for (const ObjectSpec::Rule& rule : spec->rules) out += "- Also checked: " + markdown_text(rule.says) + ".\n";
  }
  return out;
}

}  // namespace converge::scenarios
