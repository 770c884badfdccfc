// A schedule that came about by redrawing some answers of another one: a base seed under layers, each with a seed of
// its own and the share of all choices that it answers.
//
// A layer answers a choice iff a hash of the layer's seed and the choice's name falls below its share. The newest layer
// is asked first, and what no layer answers is drawn under the base seed. So answers are still a pure function of
// (layers, name of the choice), and a schedule that was changed a hundred times is a hundred pairs of numbers.
//
// Adding a layer with a fresh seed redraws each answer with the chance `share`, from its own law and independently of
// all others: answers that followed their laws still do. And of two schedules of which one came from the other in this
// way, nothing tells which came first. These are what splitting.hpp needs of its moves.
#pragma once

#include <cstdint>
#include <tuple>
#include <vector>

#include "sim/choice.hpp"

namespace converge::sim {

struct Layer {
  std::uint64_t seed = 0;
  std::int32_t share_ppm = 0;  // of all choices, in parts per million

  friend auto operator<=>(const Layer&, const Layer&) = default;
  friend constexpr auto fields(const Layer& l) { return std::tie(l.seed, l.share_ppm); }
};

struct Layers {
  std::uint64_t base = 0;      // seed
  std::vector<Layer> redrawn;  // oldest first

  friend auto operator<=>(const Layers&, const Layers&) = default;
  friend auto fields(const Layers& l) { return std::tie(l.base, l.redrawn); }
};

class LayeredChooser final : public Chooser {
 public:
  LayeredChooser(const std::vector<Question>&, const Layers&);  // keeps references to both
  std::int64_t answer(QuestionId q, std::uint32_t occurrence) override;

 private:
  const std::vector<Question>& questions_;
  const Layers& layers_;
  std::vector<std::uint64_t> streams_;
};

}  // namespace converge::sim
