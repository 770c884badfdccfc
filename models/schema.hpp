// Columns, types and schemas, as the layers of the pipeline see them.
//
// A column is its id. In Iceberg ids are given in order, never reused, and files store them instead of names
// (iceberg.md 4.1); the source's own schema file has stable numeric ids too (pinterest-three-phase.md 1.1). So that a
// row stays a few words, columns that no change touches share slot 0, and each change has the slot of the column that
// it touches.
#pragma once

#include <boost/container/static_vector.hpp>
#include <cstdint>
#include <string_view>
#include <tuple>

namespace converge::models {

enum class Type : std::uint8_t { boolean, int32, int64, float32, float64, decimal, date, timestamp, string, binary };

std::string_view name(Type);  // Iceberg's spelling: "int", "long", ...

// The promotions that Iceberg allows (iceberg.md 4.2): int -> long, float -> double. A wider decimal at equal scale is
// one too; both ends are `decimal` here, and the change says which is wider.
bool widens(Type from, Type to);

inline constexpr std::size_t kChangesMax = 4;
inline constexpr std::size_t kSlots = kChangesMax + 1;  // slot 0: every column that no change touches

using Slot = std::uint8_t;
using Columns = std::uint8_t;  // one bit a slot

constexpr Columns bit(Slot slot) { return static_cast<Columns>(1U << slot); }
constexpr bool has(Columns set, Slot slot) { return (set & bit(slot)) != 0; }
constexpr bool covers(Columns set, Columns wanted) { return (wanted & ~set) == 0; }

struct Column {
  std::uint16_t id = 0;  // Iceberg field id
  Slot slot = 0;
  Type type = Type::string;
  bool required = false;
  bool widened = false;  // by an ALTER since; the type alone does not tell, where both are decimals

  bool operator==(const Column&) const = default;
  friend auto fields(const Column& c) { return std::tie(c.id, c.slot, c.type, c.required, c.widened); }
};

struct Schema {
  std::uint16_t id = 0;
  boost::container::static_vector<Column, kSlots> columns;

  bool operator==(const Schema&) const = default;
  friend auto fields(const Schema& s) { return std::tie(s.id, s.columns); }
};

Columns slots(const Schema&);
const Column* column(const Schema&, Slot);  // null: the schema has none in this slot

// What a release of a job knows: the columns that it names, and which of them it still takes for the narrow type. Build
// 0 is the one that runs before any change; build n knows the first n changes.
struct Build {
  std::uint8_t version = 0;
  Columns columns = bit(0);
  Columns wide = 0;  // of these, retyped ones that it takes for the new type

  bool operator==(const Build&) const = default;
  friend auto fields(const Build& b) { return std::tie(b.version, b.columns, b.wide); }
};

}  // namespace converge::models
