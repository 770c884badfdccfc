// An answer of `orderings`, made by hand, for the tests of its pages: four steps, six orders, two edges.
#pragma once

#include "sim/verdict.hpp"

namespace converge::support {

inline sim::OrderingsResult some_orderings() {
  using sim::Grade;
  using sim::Outcome;
  sim::OrderingsResult r{.command = "orderings",
                         .file = "scenarios/plan.json",
                         .title = "A plan",
                         .fingerprint = 0x1F2E3D4C5B6A7988,
                         .outcome = Outcome::violated,
                         .strength = "every order that the steps can be put in; each by one schedule, the usual one",
                         .sentence = "1 of 3 orders is good; 2 edges are necessary.",
                         .sla = sim::hours(24),
                         .horizon = sim::days(3)};
  r.seed = 7;
  r.schedules = 20;
  r.free = true;
  r.steps = {"tables", "deploy_flink", "backfill"};
  r.given = {{0, 1}, {1, 2}};
  r.orders_in_all = "6";
  r.chosen = 3;
  r.coverage = 0.5;
  r.orders = {{.order = {0, 1, 2},
               .outcome = Outcome::converged,
               .grade = Grade::good,
               .convergence = sim::hours(7),
               .properties = {{.name = "converged",
                               .holds = true,
                               .margin = sim::hours(17).us,
                               .unit = sim::PropertyResult::Unit::duration}},
               .strength = "one schedule, the usual one",
               .schedules = 1},
              {.order = {0, 2, 1},
               .outcome = Outcome::violated,
               .grade = Grade::convergence,
               .facts = {.nulls = true},
               .strength = "one schedule, the usual one, which fails already",
               .schedules = 1,
               .bad_schedules = 1,
               .counterexample = 1},
              {.order = {1, 0, 2},
               .outcome = Outcome::violated,
               .grade = Grade::availability,
               .facts = {.flink_stands_still = true},
               .convergence = sim::hours(8),
               .strength = "the usual schedule and 20 drawn",
               .schedules = 21,
               .bad_schedules = 2,
               .counterexample = 0}};
  r.groups = {{.grade = Grade::good,
               .what = "converges, and nothing stalls",
               .orders = {0},
               .earliest = sim::hours(7),
               .latest = sim::hours(7)},
              {.grade = Grade::availability,
               .what = "Flink stands still; converges",
               .orders = {2},
               .earliest = sim::hours(8),
               .latest = sim::hours(9)},
              {.grade = Grade::convergence, .what = "ends in nulls", .orders = {1}}};
  r.demand = Grade::good;
  r.any_meets = true;
  r.met = r.kept = 1;
  r.edges = {{.before = 0,
              .after = 1,
              .needed_for = Grade::availability,
              .because = "Flink's build 1 is refused: the CDC table lacks discount.",
              .counterexample = 0,
              .keeps_out = 1},
             {.before = 1,
              .after = 2,
              .needed_for = Grade::convergence,
              .because = "Merges of build 1 wrote 8 tracked rows without discount.",
              .counterexample = 1,
              .keeps_out = 1}};
  r.counterexamples = {{.order = 2,
                        .grade = Grade::availability,
                        .happened = "Flink's build 1 is refused",
                        .sentence = "Converged 8 h after the change, 16 h inside the window of 1 d.",
                        .deviations = {{.actor = "control",
                                        .choice = "review",
                                        .occurrence = 1,
                                        .nominal = "4 h",
                                        .answer = "5 h",
                                        .text = "control: review 1 took 5 h (usual 4 h)",
                                        .at = sim::Instant{} + sim::hours(9)}}},
                       {.order = 1,
                        .grade = Grade::convergence,
                        .happened = "merges of build 1 wrote 8 tracked rows without discount",
                        .sentence = "Violated: converged, no-null-left; the layers never converged."}};
  r.variants = {{.orders = 3, .good = 1, .availability = 1, .convergence = 1},
                {.changes = {"merge.guard: none instead of position_greater"},
                 .guard_removed = true,
                 .orders = 3,
                 .convergence = 3},
                {.changes = {"backfill is triggered by tables: it comes directly behind it"},
                 .orders = 2,
                 .good = 1,
                 .convergence = 1,
                 .example = {1, 0, 2},
                 .edges = {{.before = 1, .after = 0, .needed_for = Grade::convergence}}}};
  return r;
}

}  // namespace converge::support
