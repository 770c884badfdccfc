#include "models/schema.hpp"

#include <cassert>

namespace converge::models {

std::string_view name(Type type) {
  switch (type) {
    case Type::boolean: return "boolean";
    case Type::int32: return "int";
    case Type::int64: return "long";
    case Type::float32: return "float";
    case Type::float64: return "double";
    case Type::decimal: return "decimal";
    case Type::date: return "date";
    case Type::timestamp: return "timestamp";
    case Type::string: return "string";
    case Type::binary: return "binary";
  }
  assert(false);
  return "?";
}

bool widens(Type from, Type to) {
  return (from == Type::int32 && to == Type::int64) || (from == Type::float32 && to == Type::float64) ||
         (from == Type::decimal && to == Type::decimal);
}

Columns slots(const Schema& schema) {
  Columns set = 0;
  for (const Column& c : schema.columns) set = static_cast<Columns>(set | bit(c.slot));
  return set;
}

const Column* column(const Schema& schema, Slot slot) {
  for (const Column& c : schema.columns) {
    if (c.slot == slot) return &c;
  }
  return nullptr;
}

}  // namespace converge::models
