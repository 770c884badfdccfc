// The space of a model's worlds (sim/explore.hpp): from one event that had more than one answer to the next.
//
// A View says how worlds of the model are told apart and what of them a verdict needs:
//   canonical(world, bytes)   equal bytes: the same from here on. The time is part of it, or the time does not matter
//   layer(world)              never falls as time passes, for example the hour; 0 where the canonical form has no time
//   gathers()                 what is gathered along a schedule
//   take(state, into)         what was gathered since it was last taken; it plays no part any more
//   take_at_end(world, into)  the world is at the horizon: what only the end can tell
//   layer_at(instant)         may be left out: what layer() gives at this instant, to tell how much is left
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "sim/chooser.hpp"
#include "sim/explore.hpp"
#include "sim/schedule.hpp"
#include "sim/world.hpp"

namespace converge::sim {

template <Model M, class View>
class ModelSpace {
 public:
  struct Node {
    WorldOf<M> world;
    Budget left;
    bool begun = false;

    friend auto fields(const Node& n) { return std::tie(n.world, n.left, n.begun); }
  };

  // `cuts`: by question. `fixed`: answers that every schedule has. All but the budget must outlive the space.
  ModelSpace(const M& model, const View& view, const std::vector<Cut>& cuts, const std::vector<Deviation>& fixed,
             const Budget& budget, Instant horizon)
      : model_{model}, view_{view}, cuts_{cuts}, fixed_{fixed}, budget_{budget}, horizon_{horizon} {
    for (const Deviation& d : fixed) counted_.push_back(d.question);
  }

  Node root() const { return {.world = {}, .left = budget_}; }
  std::vector<Gather> gathers() const { return view_.gathers(); }
  std::int64_t layer(const Node& n) const { return n.begun ? view_.layer(n.world) : 0; }

  void key(const Node& n, Bytes& bytes) const {
    const std::array<std::uint8_t, 5> left{
        static_cast<std::uint8_t>(n.begun ? 1 : 0),         static_cast<std::uint8_t>(n.left.faults),
        static_cast<std::uint8_t>(n.left.faults >> 8U),     static_cast<std::uint8_t>(n.left.deviations),
        static_cast<std::uint8_t>(n.left.deviations >> 8U),
    };
    bytes.insert(bytes.end(), left.begin(), left.end());
    if (!n.begun) return;
    for (const QuestionId q : counted_) {  // fixed answers go by occurrence
      const std::uint32_t asked = n.world.agenda.asked[q];
      for (unsigned i = 0; i < 4; ++i) bytes.push_back(static_cast<std::uint8_t>(asked >> (8 * i)));
    }
    view_.canonical(n.world, bytes);
  }

  std::optional<std::int64_t> layer_last() const {
    if constexpr (requires { view_.layer_at(horizon_); }) {
      return view_.layer_at(horizon_);
    } else {
      return std::nullopt;
    }
  }

  // Holds what expanding needs again and again.
  class Worker {
   public:
    explicit Worker(const ModelSpace& space)
        : space_{space},
          elsewhere_{space.model_.questions()},
          chooser_{space.cuts_, elsewhere_, space.fixed_},
          labels_{space.view_.gathers().size()} {}

    template <class Sink>
    void expand(const Node& from, Sink&& sink) {
      chooser_.begin(from.left);
      do {
        Node& next = sink.place();
        next = from;
        const bool over = space_.advance(next, chooser_, nullptr);
        gathered_.assign(labels_, 0);
        if (over) {
          space_.view_.take_at_end(next.world, gathered_);
          sink.end(gathered_, chooser_.branches());
        } else {
          space_.view_.take(next.world.state, gathered_);
          sink.found(gathered_, chooser_.branches());
        }
      } while (chooser_.next());
    }

   private:
    const ModelSpace& space_;
    NominalChooser elsewhere_;
    EnumeratedChooser chooser_;
    std::size_t labels_;
    std::vector<std::int64_t> gathered_;
  };

  // The answers along a path, every one of them, in the order in which they were given.
  Record follow(const Path& path) const {
    Record record;
    Node node = root();
    for (const std::uint32_t edge : path) {
      NominalChooser elsewhere{model_.questions()};
      EnumeratedChooser chooser{cuts_, elsewhere, fixed_};
      chooser.begin(node.left);
      std::uint32_t i = 0;
      do {
        Node next = node;
        Record answers;
        const bool over = advance(next, chooser, &answers);
        if (i++ != edge) continue;
        record.answers.insert(record.answers.end(), answers.answers.begin(), answers.answers.end());
        if (over) return record;
        std::vector<std::int64_t> gathered(view_.gathers().size());
        view_.take(next.world.state, gathered);
        node = std::move(next);
        break;
      } while (chooser.next());
    }
    return record;
  }

 private:
  // To just behind the next event that had more than one answer; true: to the horizon, and there was none.
  bool advance(Node& n, EnumeratedChooser& chooser, Record* record) const {
    Trace trace{record};
    if (!n.begun) {
      n.world = initial(model_, chooser, trace);
      n.begun = true;
    }
    while (!chooser.branched()) {
      const auto& pending = n.world.agenda.pending;
      if (pending.empty() || pending.front().at > horizon_) {
        n.world.agenda.now = std::max(n.world.agenda.now, horizon_);
        return true;
      }
      step(model_, n.world, chooser, trace);
    }
    n.left = chooser.left();
    return false;
  }

  const M& model_;
  const View& view_;
  const std::vector<Cut>& cuts_;
  const std::vector<Deviation>& fixed_;
  Budget budget_;
  Instant horizon_;
  std::vector<QuestionId> counted_;
};

}  // namespace converge::sim
