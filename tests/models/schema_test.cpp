// Types, slots and builds.
#include "models/schema.hpp"

#include <gtest/gtest.h>

#include "models/control.hpp"
#include "sim/fields.hpp"

namespace converge::models {
namespace {

static_assert(sim::ListsEveryField<Column>);
static_assert(sim::ListsEveryField<Schema>);
static_assert(sim::ListsEveryField<Build>);

constexpr Type kTypes[] = {Type::boolean, Type::int32, Type::int64,     Type::float32, Type::float64,
                           Type::decimal, Type::date,  Type::timestamp, Type::string,  Type::binary};

// docs/facts/iceberg.md 4.2, and 1.3: Java knows these three promotions and no other.
TEST(Schema, OnlyThreePromotionsAreMetadataOnly) {
  int promotions = 0;
  for (const Type from : kTypes) {
    for (const Type to : kTypes) promotions += widens(from, to) ? 1 : 0;
  }
  EXPECT_EQ(promotions, 3);
  EXPECT_TRUE(widens(Type::int32, Type::int64));
  EXPECT_TRUE(widens(Type::float32, Type::float64));
  EXPECT_TRUE(widens(Type::decimal, Type::decimal));  // a larger precision at equal scale
}

TEST(Schema, NarrowingAndTextToNumberAreNotPromotions) {
  EXPECT_FALSE(widens(Type::int64, Type::int32));
  EXPECT_FALSE(widens(Type::float64, Type::float32));
  EXPECT_FALSE(widens(Type::string, Type::int32));
  EXPECT_FALSE(widens(Type::date, Type::timestamp));
}

TEST(Schema, EveryTypeHasIcebergsNameForIt) {
  for (const Type type : kTypes) EXPECT_NE(name(type), "?");
  EXPECT_EQ(name(Type::int32), "int");
  EXPECT_EQ(name(Type::int64), "long");
}

TEST(Schema, AColumnIsFoundByItsSlotAndNotByItsPlace) {
  Schema schema;
  schema.columns.push_back({.id = 1, .slot = 0});
  schema.columns.push_back({.id = 7, .slot = 3, .type = Type::date});
  EXPECT_EQ(slots(schema), bit(0) | bit(3));
  ASSERT_NE(column(schema, 3), nullptr);
  EXPECT_EQ(column(schema, 3)->id, 7);
  EXPECT_EQ(column(schema, 1), nullptr);
}

TEST(Schema, ASetOfColumnsCoversItsSubsets) {
  EXPECT_TRUE(covers(bit(0) | bit(2), bit(2)));
  EXPECT_TRUE(covers(bit(0), 0));
  EXPECT_FALSE(covers(bit(0), bit(0) | bit(2)));
}

// ---- builds: build n knows the first n changes

ControlModel control(const std::vector<ChangeConfig>& changes) { return {ControlConfig{}, sim::Epoch{}, changes}; }

ChangeConfig change(ChangeConfig::Kind kind) {
  ChangeConfig c;
  c.kind = kind;
  if (kind == ChangeConfig::Kind::change_type) c.type = Type::int64;
  return c;
}

TEST(Build, ANewColumnIsNamedFromItsBuildOn) {
  const std::vector<ChangeConfig> changes{change(ChangeConfig::Kind::add_column),
                                          change(ChangeConfig::Kind::add_column)};
  const ControlModel model = control(changes);
  EXPECT_EQ(model.build(0).columns, bit(0));
  EXPECT_EQ(model.build(1).columns, bit(0) | bit(1));
  EXPECT_EQ(model.build(2).columns, bit(0) | bit(1) | bit(2));
}

TEST(Build, ARetypedColumnIsThereBeforeAndWideAfter) {
  const std::vector<ChangeConfig> changes{change(ChangeConfig::Kind::change_type)};
  const ControlModel model = control(changes);
  EXPECT_EQ(model.build(0), (Build{.version = 0, .columns = static_cast<Columns>(bit(0) | bit(1)), .wide = 0}));
  EXPECT_EQ(model.build(1), (Build{.version = 1, .columns = static_cast<Columns>(bit(0) | bit(1)), .wide = bit(1)}));
}

// docs/facts/pinterest-three-phase.md 4: the pipeline goes on without the column of a change that was blocked.
TEST(Build, AChangeThatIsNotAutomatedIsInNoBuild) {
  std::vector<ChangeConfig> changes{change(ChangeConfig::Kind::add_column), change(ChangeConfig::Kind::change_type),
                                    change(ChangeConfig::Kind::add_column)};
  changes[0].sensitive = true;
  changes[1].from = Type::int64;
  changes[1].type = Type::int32;
  const ControlModel model = control(changes);
  EXPECT_EQ(model.build(3).columns, bit(0) | bit(2) | bit(3));
  EXPECT_EQ(model.build(3).wide, 0);
}

}  // namespace
}  // namespace converge::models
