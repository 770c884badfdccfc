// The pipeline as the explorer sees it (sim/model_space.hpp): its canonical form, and what its runs gather. A model
// that differs from a pipeline in behaviour alone is explored through the same view.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/canonical.hpp"
#include "models/gathered.hpp"
#include "models/pipeline.hpp"
#include "models/run.hpp"
#include "sim/model_space.hpp"

namespace converge::models {

class PipelineView {
 public:
  explicit PipelineView(const Pipeline& model) : model_{model}, gathers_{models::gathers(model)} {}

  void canonical(const PipelineWorld& w, sim::Bytes& bytes) const { models::canonical(model_, w, bytes); }
  // Keys are dropped behind a layer, and a round of work ends with one: a merge's cadence is about right for both.
  std::int64_t layer(const PipelineWorld& w) const { return layer_at(w.agenda.now); }
  static std::int64_t layer_at(sim::Instant t) { return t.us / sim::minutes(15).us; }
  const std::vector<sim::Gather>& gathers() const { return gathers_; }
  void take(PipelineState& s, std::span<std::int64_t> into) const { models::take(model_, s, into); }
  void take_at_end(PipelineWorld& w, std::span<std::int64_t> into) const {
    sim::NominalChooser nobody{model_.questions()};  // the last look asks nothing
    sim::Trace quiet;
    last_look(model_, w, nobody, quiet);
    models::take_at_end(model_, w.state, into);
  }

 private:
  const Pipeline& model_;
  std::vector<sim::Gather> gathers_;
};

template <class M>
using PipelineSpace = sim::ModelSpace<M, PipelineView>;

}  // namespace converge::models
