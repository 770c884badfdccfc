// What each event reads and writes, by part of the pipeline's state, and which actor handles it.
//
// Two events of one instant whose footprints do not meet may be handled in either order with the same result; where
// they meet, the order is a choice. The monitor is no part: it only looks, and what it saw at one instant is the same
// in the end. Of two tables a part is that of both: their merges are one actor's anyway, and keep their order. Wider
// than what a handler really touches is safe and costs choices; narrower is a bug, and tests/models/footprint_test.cpp
// swaps events that this page calls independent to find one.
#pragma once

#include "models/event.hpp"
#include "sim/choice.hpp"
#include "sim/world.hpp"

namespace converge::models {

sim::Footprint footprint(const Event&);

// The choice of whether an event goes before earlier ones of its instant: one for each actor that handles events.
sim::QuestionId order_question(const Event&);

}  // namespace converge::models
