// From located JSON to plain structs, by tables: each field is listed once, with its name, its meaning and its range,
// and the decoder, the JSON Schema and the reference page all follow from that one line.
//
//   struct Topic { std::int32_t partitions = 12; sim::Duration retention = sim::days(7); Cleanup cleanup{}; };
//
//   const Object<Topic> topic = object<Topic>("topic", "A Kafka topic.",
//       field("partitions", &Topic::partitions, "How many logs the topic is split into.").range(1, 256),
//       field("retention", &Topic::retention, "How long records are
//       kept.").at_least(sim::minutes(1)).source("[K-topic]"), field("cleanup", &Topic::cleanup,
//       names<Cleanup>{{"delete", Cleanup::drop, "old records go"},
//                                                        {"compact", Cleanup::compact, "the last of each key stays"}},
//             "What happens to old records."));
//
// A field that is not required() takes its default from the default-constructed struct. Decoding never stops at the
// first mistake: whatever is wrong becomes a Problem, and its target keeps the default. Vectors keep the indices of the
// file even so, which lets later checks point at "/steps/2/after".
//
// The templates only bind members; all the work is in decode.cpp. Include this from scenarios/*.cpp only.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "scenarios/json_text.hpp"
#include "scenarios/problem.hpp"
#include "sim/time.hpp"

namespace converge::scenarios {

struct ObjectSpec;

inline constexpr std::int64_t text_characters_max = 200;
inline constexpr std::int64_t identifier_characters_max = 64;
inline constexpr std::int64_t items_max = 1'000;
inline constexpr std::int64_t ppm_whole = 1'000'000;

// What a value may be, as data: enough to check it, to describe it in an error, and to write its schema.
struct Shape {
  enum class Type : std::uint8_t {
    boolean,
    integer,
    text,
    identifier,
    choice,
    duration,
    window,
    probability,  // stored in parts per million
    percentage,   // stored in parts per million
    array,
    object,
    custom
  };
  struct Choice {
    std::string name;
    std::string doc;
  };

  Type type = Type::boolean;
  bool nullable = false;                // null stands for "none"
  std::optional<std::int64_t> least{};  // a value, a number of characters or of items, microseconds, parts per million
  std::optional<std::int64_t> most{};
  std::vector<Choice> choices{};                          // of a choice
  std::vector<Shape> element{};                           // of an array: exactly one
  std::shared_ptr<const ObjectSpec> object{};             // of an object
  std::string says{};                                     // of a custom shape: what it expects, in words
  std::string schema{};                                   // of a custom shape: its JSON Schema
  std::vector<std::shared_ptr<const ObjectSpec>> uses{};  // objects that this schema refers to as "#/$defs/<name>"
};

// "a whole number from 1 to 256", "a duration such as "15m", at least 1 min": what an error says it expected.
std::string expectation(const Shape&);

// Collects problems, and knows where in the text a value stood.
class Context {
 public:
  explicit Context(const Located& root) : root_(&root) {}

  void problem(const Located& at, std::string found, std::string expected, std::string hint = {});
  // The same, at the key of a member instead of its value.
  void problem_at_key(const Located& member, std::string found, std::string expected, std::string hint = {});
  // For checks after decoding: by JSON pointer. Should it lead nowhere, the place is that of what encloses it.
  void problem(std::string_view pointer, std::string found, std::string expected, std::string hint = {});
  // The usual complaint: found this value, expected this shape.
  void mismatch(const Located& at, const Shape&, std::string hint = {});

  const Located& root() const { return *root_; }
  bool full() const { return problems_.size() >= problems_max; }  // further problems are dropped
  const std::vector<Problem>& problems() const { return problems_; }
  std::vector<Problem> take() { return std::move(problems_); }

 private:
  void add(std::string path, std::size_t line, std::size_t column, std::string found, std::string expected,
           std::string hint);

  const Located* root_;
  std::vector<Problem> problems_;
};

struct FieldSpec {
  std::string name;
  std::string doc;
  std::string source;  // where the fact comes from, such as "[K-topic]"
  bool required = false;
  Shape shape;
  std::string fallback;  // the default as JSON; empty when required, or when the object's own table already tells it
  std::function<void(void* target, const Located&, Context&)> read;
  std::function<std::string(const void* target)> write;
};

struct ObjectSpec {
  struct Rule {
    std::string says;  // what must hold among the fields; no schema can say it, so the schema only quotes it
    std::function<void(const void* target, const Located&, Context&)> check;
  };
  std::string name;
  std::string doc;
  std::vector<FieldSpec> fields;
  std::vector<Rule> rules;
};

// How one C++ type is read from JSON and, for the defaults, written to it. The shape is passed in because a field may
// have narrowed it.
template <class V>
struct Codec {
  using Value = V;
  Shape shape;
  std::function<void(V&, const Located&, const Shape&, Context&)> read;
  std::function<std::string(const V&, const Shape&)> write;
};

namespace detail {

// Each leaves the target alone, and reports, when the value does not fit the shape.
void read_boolean(bool& target, const Located&, const Shape&, Context&);
void read_whole(std::int64_t& target, const Located&, const Shape&, Context&);  // integer, probability, percentage
void read_text(std::string& target, const Located&, const Shape&, Context&);    // text, identifier
void read_duration(sim::Duration& target, const Located&, const Shape&, Context&);
void read_window(sim::Window& target, const Located&, const Shape&, Context&);
void read_choice(std::size_t& index, const Located&, const Shape&, Context&);
void read_object(void* target, const Located&, const ObjectSpec&, Context&);
// How many items to read; none when it is no array at all.
std::size_t read_array(const Located&, const Shape&, Context&);

std::string write_whole(std::int64_t, const Shape&);
std::string write_text(const std::string&);
std::string write_duration(sim::Duration);
std::string write_window(const sim::Window&);
std::string write_object(const void* target, const ObjectSpec&);

// Narrow the innermost shape: of an array of durations, the duration. Asserts that the unit is the right one.
void set_least(Shape&, std::int64_t);
void set_least(Shape&, sim::Duration);
void set_most(Shape&, std::int64_t);
void set_most(Shape&, sim::Duration);
void set_type(Shape&, Shape::Type from, Shape::Type to, std::int64_t least, std::int64_t most);
void set_length(Shape&, Shape::Type, std::int64_t least, std::int64_t most);

template <class V>
inline constexpr bool is_optional = false;
template <class V>
inline constexpr bool is_optional<std::optional<V>> = true;
template <class V>
inline constexpr bool is_vector = false;
template <class V>
inline constexpr bool is_vector<std::vector<V>> = true;

}  // namespace detail

// The names of an enum's values, in the order in which they are shown.
template <class E>
struct Named {
  std::string name;
  E value;
  std::string doc;
};

template <class E>
struct names : Codec<E> {
  names(std::initializer_list<Named<E>> list) {
    std::vector<E> values;
    this->shape.type = Shape::Type::choice;
    for (const Named<E>& named : list) {
      this->shape.choices.push_back({named.name, named.doc});
      values.push_back(named.value);
    }
    this->read = [values](E& target, const Located& json, const Shape& known, Context& context) {
      std::size_t index = values.size();
      detail::read_choice(index, json, known, context);
      if (index < values.size()) target = values[index];
    };
    this->write = [values](const E& value, const Shape& known) {
      for (std::size_t i = 0; i < values.size(); ++i) {
        if (values[i] == value) return detail::write_text(known.choices[i].name);
      }
      return std::string();  // a default without a name is none
    };
  }
};

// For odd shapes: a decode function of your own, what it expects in words, and its JSON Schema as text. The writer
// serves to show the default; without one, none is shown.
template <class V>
Codec<V> custom(std::string says, std::string schema, std::function<void(V&, const Located&, Context&)> read,
                std::function<std::string(const V&)> write = {},
                std::vector<std::shared_ptr<const ObjectSpec>> uses = {}) {
  Codec<V> codec;
  codec.shape.type = Shape::Type::custom;
  codec.shape.says = std::move(says);
  codec.shape.schema = std::move(schema);
  codec.shape.uses = std::move(uses);
  codec.read = [read = std::move(read)](V& target, const Located& json, const Shape&, Context& context) {
    read(target, json, context);
  };
  codec.write = [write = std::move(write)](const V& value, const Shape&) {
    return write ? write(value) : std::string();
  };
  return codec;
}

// Absent and null both mean none, unless the struct's default says that absent means something.
template <class V>
Codec<std::optional<V>> optional_of(Codec<V> inner) {
  Codec<std::optional<V>> codec;
  codec.shape = inner.shape;
  codec.shape.nullable = true;
  codec.read = [read = inner.read](std::optional<V>& target, const Located& json, const Shape& shape,
                                   Context& context) {
    if (json.kind == Located::Kind::null) {
      target.reset();
      return;
    }
    V value = target.value_or(V{});
    const std::size_t problems_before = context.problems().size();
    read(value, json, shape, context);
    if (context.problems().size() == problems_before && !json.faulty) target = std::move(value);
  };
  codec.write = [write = inner.write](const std::optional<V>& value, const Shape& shape) {
    return value ? write(*value, shape) : std::string("null");
  };
  return codec;
}

template <class V>
Codec<std::vector<V>> array_of(Codec<V> inner) {
  Codec<std::vector<V>> codec;
  codec.shape.type = Shape::Type::array;
  codec.shape.most = items_max;
  codec.shape.element.push_back(inner.shape);
  codec.read = [read = inner.read](std::vector<V>& target, const Located& json, const Shape& shape, Context& context) {
    if (json.kind != Located::Kind::array) {
      context.mismatch(json, shape);
      return;
    }
    const std::size_t count = detail::read_array(json, shape, context);
    target.clear();
    for (std::size_t i = 0; i < count; ++i) {
      V element{};
      read(element, json.items[i], shape.element.front(), context);
      target.push_back(std::move(element));
    }
  };
  codec.write = [write = inner.write](const std::vector<V>& values, const Shape& shape) {
    std::string out;
    for (const V& value : values) {
      if (!out.empty()) out += ", ";
      out += write(value, shape.element.front());
    }
    return "[" + out + "]";
  };
  return codec;
}

// The codec of a type that needs no table of its own.
template <class V>
Codec<V> codec_of() {
  using detail::read_whole;
  Codec<V> codec;
  Shape& shape = codec.shape;
  if constexpr (detail::is_optional<V>) {
    return optional_of(codec_of<typename V::value_type>());
  } else if constexpr (detail::is_vector<V>) {
    return array_of(codec_of<typename V::value_type>());
  } else if constexpr (std::same_as<V, bool>) {
    shape.type = Shape::Type::boolean;
    codec.read = detail::read_boolean;
    codec.write = [](const bool& value, const Shape&) { return std::string(value ? "true" : "false"); };
  } else if constexpr (std::integral<V>) {
    shape.type = Shape::Type::integer;
    if constexpr (std::is_unsigned_v<V> || sizeof(V) < sizeof(std::int64_t))
      shape.least = static_cast<std::int64_t>(std::numeric_limits<V>::min());
    if constexpr (sizeof(V) < sizeof(std::int64_t))
      shape.most = static_cast<std::int64_t>(std::numeric_limits<V>::max());
    codec.read = [](V& target, const Located& json, const Shape& narrowed, Context& context) {
      auto value = static_cast<std::int64_t>(target);
      detail::read_whole(value, json, narrowed, context);
      target = static_cast<V>(value);
    };
    codec.write = [](const V& value, const Shape& narrowed) {
      return detail::write_whole(static_cast<std::int64_t>(value), narrowed);
    };
  } else if constexpr (std::same_as<V, std::string>) {
    shape.type = Shape::Type::text;
    shape.least = 0;
    shape.most = text_characters_max;
    codec.read = detail::read_text;
    codec.write = [](const std::string& value, const Shape&) { return detail::write_text(value); };
  } else if constexpr (std::same_as<V, sim::Duration>) {
    shape.type = Shape::Type::duration;
    codec.read = detail::read_duration;
    codec.write = [](const sim::Duration& value, const Shape&) { return detail::write_duration(value); };
  } else {
    static_assert(std::same_as<V, sim::Window>, "give the field a codec: names<>, an object or custom<>()");
    shape.type = Shape::Type::window;
    codec.read = detail::read_window;
    codec.write = [](const sim::Window& value, const Shape&) { return detail::write_window(value); };
  }
  return codec;
}

// A codec for the member M from one for what it holds: a vector<Step> member may name the table of Step.
template <class M, class V>
Codec<M> adapt(const Codec<V>& codec) {
  if constexpr (std::same_as<M, V>) {
    return codec;
  } else if constexpr (detail::is_optional<M>) {
    return optional_of(adapt<typename M::value_type>(codec));
  } else {
    static_assert(detail::is_vector<M>, "the codec is for another type than the member");
    return array_of(adapt<typename M::value_type>(codec));
  }
}

template <class T, class M>
class Field {
 public:
  Field(std::string name, M T::* member, Codec<M> codec, std::string doc) : member_(member), codec_(std::move(codec)) {
    spec_.name = std::move(name);
    spec_.doc = std::move(doc);
  }

  Field& required() { return (spec_.required = true, *this); }
  Field& source(std::string fact) { return (spec_.source = std::move(fact), *this); }

  // Bounds are inclusive, in the unit of the stored value; of a Window they hold for each of the three durations.
  Field& range(std::int64_t least, std::int64_t most) { return at_least(least).at_most(most); }
  Field& range(sim::Duration least, sim::Duration most) { return at_least(least).at_most(most); }
  Field& at_least(std::int64_t least) { return (detail::set_least(codec_.shape, least), *this); }
  Field& at_least(sim::Duration least) { return (detail::set_least(codec_.shape, least), *this); }
  Field& at_most(std::int64_t most) { return (detail::set_most(codec_.shape, most), *this); }
  Field& at_most(sim::Duration most) { return (detail::set_most(codec_.shape, most), *this); }

  // An integer member in parts per million: from 0.005 or "0.5%", and from 25 or "25%".
  Field& probability() { return whole_as(Shape::Type::probability, ppm_whole); }
  Field& percentage(std::int64_t percent_max = 100) {
    return whole_as(Shape::Type::percentage, percent_max * (ppm_whole / 100));
  }

  // A string that names something: letters, digits, '_', '-', '.' and '/', starting with a letter or '_'.
  Field& identifier() {
    detail::set_type(codec_.shape, Shape::Type::text, Shape::Type::identifier, 1, identifier_characters_max);
    return *this;
  }
  Field& length(std::int64_t least, std::int64_t most) {
    return (detail::set_length(codec_.shape, Shape::Type::text, least, most), *this);
  }
  Field& items(std::int64_t least, std::int64_t most) {
    return (detail::set_length(codec_.shape, Shape::Type::array, least, most), *this);
  }

  // The field of an object U, which is T or derives from it.
  template <class U>
  FieldSpec spec() const {
    FieldSpec out = spec_;
    out.shape = codec_.shape;
    out.read = [member = member_, codec = codec_](void* target, const Located& json, Context& context) {
      codec.read(static_cast<U*>(target)->*member, json, codec.shape, context);
    };
    out.write = [member = member_, codec = codec_](const void* target) {
      return codec.write(static_cast<const U*>(target)->*member, codec.shape);
    };
    if (!out.required) {
      const U usual{};
      out.fallback = codec_.write(usual.*member_, codec_.shape);
      const bool told_by_its_table = out.shape.type == Shape::Type::object && !out.shape.nullable;
      if (told_by_its_table && out.fallback == codec_.write(M{}, codec_.shape)) out.fallback.clear();
    }
    return out;
  }

 private:
  Field& whole_as(Shape::Type type, std::int64_t most) {
    static_assert(!std::same_as<M, std::int8_t> && !std::same_as<M, std::int16_t>, "too small for parts per million");
    detail::set_type(codec_.shape, Shape::Type::integer, type, 0, most);
    return *this;
  }

  M T::* member_;
  Codec<M> codec_;
  FieldSpec spec_;
};

template <class T, class M>
Field<T, M> field(std::string name, M T::* member, std::string doc) {
  return {std::move(name), member, codec_of<M>(), std::move(doc)};
}

template <class T, class M, class C>
  requires std::derived_from<C, Codec<typename C::Value>>
Field<T, M> field(std::string name, M T::* member, const C& codec, std::string doc) {
  return {std::move(name), member, adapt<M, typename C::Value>(codec), std::move(doc)};
}

// The table of one struct. Copies share it.
template <class T>
struct Object : Codec<T> {
  std::shared_ptr<ObjectSpec> spec;

  // What must hold among the fields. It is checked only when the fields themselves had no problem.
  Object& rule(std::string says, std::function<void(const T&, const Located&, Context&)> check) {
    spec->rules.push_back(
        {std::move(says), [check = std::move(check)](const void* target, const Located& json, Context& context) {
           check(*static_cast<const T*>(target), json, context);
         }});
    return *this;
  }
};

template <class T, class... F>
Object<T> object(std::string name, std::string doc, const F&... listed) {
  Object<T> out;
  out.spec = std::make_shared<ObjectSpec>();
  out.spec->name = std::move(name);
  out.spec->doc = std::move(doc);
  (out.spec->fields.push_back(listed.template spec<T>()), ...);
  out.shape.type = Shape::Type::object;
  out.shape.object = out.spec;
  out.read = [](T& target, const Located& json, const Shape& shape, Context& context) {
    detail::read_object(&target, json, *shape.object, context);
  };
  out.write = [](const T& value, const Shape& shape) { return detail::write_object(&value, *shape.object); };
  return out;
}

template <class T>
struct Decoded {
  T value{};
  std::vector<Problem> problems;  // of the text and of its meaning alike
};

template <class T>
Decoded<T> decode(const Object<T>& table, const Text& text) {
  Decoded<T> out;
  out.problems = text.problems;
  if (!text.whole) return out;
  Context context(text.root);
  table.read(out.value, text.root, table.shape, context);
  for (Problem& p : context.take()) out.problems.push_back(std::move(p));
  return out;
}

// The number times 10^decimals, when that is a whole number of 64 bits; exact, without floating point. The text is a
// JSON number.
std::optional<std::int64_t> exact_decimal(std::string_view number, int decimals);

}  // namespace converge::scenarios
