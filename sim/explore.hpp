// Every schedule within bounds, exactly: nodes are worlds, edges are answers, and worlds that are the same from here on
// are one node. docs/decisions/013-exploration.md proves what is claimed here.
//
// A Space says what is explored (sim/model_space.hpp makes one of a model):
//   Node                a value with fields(): a world just after an event that had more than one answer, and what is
//                       left of budgets
//   root()              where it begins
//   key(node, bytes)    appends its canonical form: equal bytes, equal futures, and equal contributions from here on
//   layer(node)         never falls along an edge; nodes of different layers are never equal
//   gathers()           what is gathered along a schedule, and how
//   layer_last()        the last layer there can be; none: nobody knows
//   Worker{space}       expand(node, sink): every edge out of it, in a fixed order: sink(Node&&, gathered, branches),
//   or,
//                       where the horizon is reached, sink.end(gathered, branches). One for each thread. The sink may
//                       leave another node in place of the one it takes: its storage can be used again
//
// What a verdict needs of the past is no part of a node: it is gathered along the edges, and the graph is walked for it
// afterwards (sim/graph.hpp). So each node is expanded once, whatever led to it, and the worst over all schedules is
// exact.
//
// Within a layer nodes are expanded in the order in which they were found. Threads expand some of them at a time, and
// what they found is taken in in order: so numbers, edges and verdicts do not depend on how many there are.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "sim/bytes.hpp"
#include "sim/checkpoint.hpp"
#include "sim/crew.hpp"
#include "sim/enumerate.hpp"
#include "sim/frontier.hpp"
#include "sim/graph.hpp"
#include "sim/hash.hpp"
#include "sim/key_store.hpp"

namespace converge::sim {

struct ExploreProgress {
  std::uint64_t states = 0;
  std::uint64_t transitions = 0;
  std::uint64_t frontier = 0;  // states that are yet to be expanded
  std::int64_t layer = 0;
  std::uint64_t bytes = 0;       // held by store, graph and frontier
  std::uint64_t bytes_most = 0;  // at any time
  // States yet to be expanded, if each layer to come holds as many as the last that was finished; none: nobody knows.
  std::optional<std::uint64_t> left;
};

struct ExploreOptions {
  std::uint64_t states_most = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t memory_most = std::numeric_limits<std::uint64_t>::max();  // bytes
  unsigned jobs = 1;
  bool fingerprints = false;  // keep 64 bits of each canonical form: lossy, see collision_bound()
  // Nodes that wait are kept as bytes: a fraction of their size for worlds of some hundred bytes, and next to no time.
  // Not for worlds that share what they hold (sim/shared_vector.hpp): each is then written out whole.
  bool pack = false;
  bool keep_edges = true;                             // for walks: worst sums, shortest stories, probabilities
  bool keep_branches = false;                         // for probabilities; only with edges
  std::function<bool(const ExploreProgress&)> go_on;  // now and then; false: end here
};

struct Exploration {
  bool complete = false;
  ExploreProgress reached;
  std::vector<std::int64_t> most;  // by label that gathers `most`: the greatest on any edge; with or without edges kept
  Graph graph;                     // empty unless edges are kept
};

template <class S>
class Explorer {
 public:
  Explorer(const S& space, const ExploreOptions& options)
      : space_{space}, options_{options}, crew_{std::max(1U, options.jobs)} {
    clear();
    for (unsigned hand = 0; hand < crew_.hands(); ++hand) workers_.emplace_back(space);
  }

  // To the end, or to a bound; from there it can go on.
  const Exploration& run() {
    if (!begun_) begin();
    stopped_ = false;
    while (!layers_.empty() && !stopped_) {
      const auto first = layers_.begin();
      if (first->second.waiting.empty()) {
        finish(first);
        continue;
      }
      result_.reached.layer = first->first;
      if (out_of_bounds()) break;
      round(first->second);
    }
    result_.complete = layers_.empty();
    measure();
    return result_;
  }

  const Exploration& result() const { return result_; }

  // Where it stands, for another explorer of the same to go on from: what is explored, and within which bounds, is for
  // the caller to tell by a number. Why it could not be written, or nothing.
  std::optional<std::string> save(const std::string& path, std::uint64_t explored) const {
    CheckpointWriter file{path, tag(explored)};
    const ExploreProgress& r = result_.reached;
    write(file.item(), std::tuple{r.states, r.transitions, r.frontier, r.layer, expanded_, per_layer_, finished_,
                                  begun_, result_.most, layers_.size()});
    result_.graph.save(file);
    Bytes packed;
    for (const auto& [at, layer] : layers_) {
      write(file.item(), std::tuple{at, layer.known.size(), layer.waiting.size()});
      layer.known.for_each([&](std::uint64_t hash, std::span<const std::uint8_t> form, std::uint32_t number) {
        Writer& out = file.item();
        out.number(number);
        if (options_.fingerprints) {
          out.number(hash);
        } else {
          out.bytes(form);
        }
      });
      layer.waiting.for_each([&](const Waiting& w) {
        Writer& out = file.item();
        out.number(w.number);
        if (w.node != nullptr) {
          packed.clear();
          Writer pack{packed};
          write(pack, *w.node);
        }
        out.bytes(w.node == nullptr ? w.packed : std::span<const std::uint8_t>{packed});
      });
    }
    return file.finish();
  }

  // Goes on from there; before anything is run. Why it cannot, or nothing: then it begins anew.
  std::optional<std::string> resume(const std::string& path, std::uint64_t explored) {
    assert(!begun_);
    CheckpointReader file{path, tag(explored)};
    load(file);
    const auto problem = file.finish();
    if (problem) {
      clear();
    } else {
      measure();
    }
    return problem;
  }

  Exploration take() { return std::move(result_); }

 private:
  using Node = typename S::Node;

  static constexpr std::size_t batch_nodes = 64;       // expanded by one thread before what they led to is looked up
  static constexpr std::size_t batches_per_hand = 16;  // before all that was found is taken in
  static constexpr std::uint64_t measure_every = 4096;
  static constexpr std::size_t spares_most = 1024;

  struct Layer {
    KeyStore known;
    Frontier<Node> waiting;
  };
  using Waiting = typename Frontier<Node>::Waiting;

  // An edge, before the node that it leads to has a number.
  struct Found {
    std::uint32_t to = KeyStore::kNone;
    bool end = false;
    std::uint32_t deviations = 0;
    std::uint32_t node = 0;      // place in Batch::nodes
    std::size_t form_end = 0;    // in Batch::forms
    std::size_t packed_end = 0;  // in Batch::packed
    std::size_t branches_end = 0;
    std::uint64_t hash = 0;
    std::int64_t layer = 0;
  };

  struct Batch {
    std::vector<Found> found;
    std::vector<std::size_t> found_end;  // by expanded node
    Bytes forms;
    std::vector<std::int64_t> gathered;
    std::vector<Branch> branches;
    std::vector<Node> nodes;  // the first `used` are found; the rest is storage, as are those that found a place
    std::size_t used = 0;
    Bytes packed;   // those of them that seem to be new, if the frontier packs
    Node expanded;  // scratch

    void clear() {
      found.clear();
      found_end.clear();
      forms.clear();
      gathered.clear();
      branches.clear();
      packed.clear();
      used = 0;
    }
  };

  struct Sink {
    const S& space;
    Batch& batch;
    bool keep_branches;

    Node& place() {
      if (batch.used == batch.nodes.size()) batch.nodes.emplace_back();
      return batch.nodes[batch.used];
    }
    void found(std::span<const std::int64_t> gathered, const std::vector<Branch>& branches) {
      Found& f = add(gathered, branches);
      const std::size_t begin = batch.forms.size();
      const Node& node = batch.nodes[batch.used];
      space.key(node, batch.forms);
      f.form_end = batch.forms.size();
      f.hash = hash_of_bytes(std::span{batch.forms}.subspan(begin));
      f.layer = space.layer(node);
      f.node = static_cast<std::uint32_t>(batch.used++);
    }
    void end(std::span<const std::int64_t> gathered, const std::vector<Branch>& branches) {
      Found& f = add(gathered, branches);
      f.end = true;
      f.form_end = batch.forms.size();
    }

   private:
    Found& add(std::span<const std::int64_t> gathered, const std::vector<Branch>& branches) {
      Found& f = batch.found.emplace_back();
      for (const Branch& b : branches) f.deviations += b.taken != 0 ? 1 : 0;
      batch.gathered.insert(batch.gathered.end(), gathered.begin(), gathered.end());
      if (keep_branches) batch.branches.insert(batch.branches.end(), branches.begin(), branches.end());
      f.branches_end = batch.branches.size();
      return f;
    }
  };

  // Of another kind of exploration a checkpoint is of no use.
  std::uint64_t tag(std::uint64_t explored) const {
    Hasher h;
    h.add(explored);
    h.add(options_.fingerprints);
    h.add(options_.keep_edges);
    h.add(result_.graph.keeps_branches());
    h.add(result_.most.size());
    return h.value();
  }

  void clear() {
    result_.complete = false;
    result_.reached = {};
    result_.graph = Graph{space_.gathers(), options_.keep_edges && options_.keep_branches};
    result_.most.assign(space_.gathers().size(), kNothing);
    layers_.clear();
    begun_ = false;
    expanded_ = per_layer_ = 0;
    finished_.reset();
  }

  void load(CheckpointReader& file) {
    ExploreProgress& r = result_.reached;
    std::uint64_t layers = 0;
    auto head = std::tie(r.states, r.transitions, r.frontier, r.layer, expanded_, per_layer_, finished_, begun_,
                         result_.most, layers);
    read(file.item(), head);
    if (result_.most.size() != space_.gathers().size()) file.refuse();
    result_.graph.load(file);
    if (options_.keep_edges && result_.graph.nodes() != r.states) file.refuse();
    std::uint64_t waiting = 0;
    Node node;
    for (; layers > 0 && file.good(); --layers) {
      std::tuple<std::int64_t, std::uint64_t, std::uint64_t> sizes;
      read(file.item(), sizes);
      const auto [at, forms, nodes] = sizes;
      Layer& layer =
          layers_.try_emplace(at, Layer{KeyStore{options_.fingerprints}, Frontier<Node>{options_.pack}}).first->second;
      for (std::uint64_t i = 0; i < forms && file.good(); ++i) {
        Reader& in = file.item();
        const std::uint64_t number = in.number();
        const std::uint64_t hash = options_.fingerprints ? in.number() : 0;
        const auto form = options_.fingerprints ? std::span<const std::uint8_t>{} : in.bytes();
        if (number >= r.states) return file.refuse();
        layer.known.add(options_.fingerprints ? hash : hash_of_bytes(form), form, static_cast<std::uint32_t>(number));
      }
      for (std::uint64_t i = 0; i < nodes && file.good(); ++i, ++waiting) {
        Reader& in = file.item();
        const std::uint64_t number = in.number();
        const auto packed = in.bytes();
        Reader one{packed};
        read(one, node);
        if (number >= r.states || !one.at_end()) return file.refuse();
        layer.waiting.push(static_cast<std::uint32_t>(number), Node{node}, packed);
      }
    }
    if (waiting != r.frontier) file.refuse();
  }

  void begin() {
    begun_ = true;
    Node root = space_.root();
    Bytes form;
    space_.key(root, form);
    Bytes packed;
    Writer out{packed};
    write(out, root);
    admit(space_.layer(root), hash_of_bytes(form), form, root, packed);
    measure();
  }

  // A number for a node that has none, and a place in the frontier.
  std::uint32_t admit(std::int64_t at, std::uint64_t hash, std::span<const std::uint8_t> form, Node& node,
                      std::span<const std::uint8_t> packed) {
    Layer& layer =
        layers_.try_emplace(at, Layer{KeyStore{options_.fingerprints}, Frontier<Node>{options_.pack}}).first->second;
    const auto number = static_cast<std::uint32_t>(result_.reached.states++);
    ++result_.reached.frontier;
    if (options_.keep_edges) result_.graph.add_node();
    layer.known.add(hash, form, number);
    layer.waiting.push(number, std::move(node), packed);
    if (!spares_.empty()) {  // so that whoever fills this place again need not allocate
      node = std::move(spares_.back());
      spares_.pop_back();
    }
    return number;
  }

  // The keys of a finished layer are never met again.
  void finish(typename std::map<std::int64_t, Layer>::iterator first) {
    const std::int64_t behind = finished_ ? first->first - *finished_ : 1;
    finished_ = first->first;
    per_layer_ = first->second.known.size() / static_cast<std::uint64_t>(std::max<std::int64_t>(1, behind));
    measure();
    layers_.erase(first);
  }

  bool out_of_bounds() {
    const ExploreProgress& r = result_.reached;
    if (r.states > options_.states_most || r.bytes > options_.memory_most || no_numbers_left()) return true;
    const auto last = space_.layer_last();
    if (last && finished_) {
      const auto layers = static_cast<std::uint64_t>(std::max<std::int64_t>(0, *last - r.layer));
      result_.reached.left = std::max(r.frontier, layers * per_layer_);
    }
    return options_.go_on && !options_.go_on(r);
  }
  bool no_numbers_left() const {
    return result_.reached.states >= KeyStore::kNone - 1 || (options_.keep_edges && result_.graph.full());
  }

  void measure() {
    ExploreProgress& r = result_.reached;
    r.bytes = result_.graph.footprint();
    for (const auto& [at, layer] : layers_) r.bytes += layer.known.footprint() + layer.waiting.footprint();
    r.bytes_most = std::max(r.bytes_most, r.bytes);
  }

  void round(Layer& layer) {
    const std::size_t most = batch_nodes * (crew_.hands() == 1 ? 1 : batches_per_hand * crew_.hands());
    const auto nodes = static_cast<std::size_t>(std::min<std::uint64_t>(layer.waiting.size(), most));
    const std::vector<Waiting> list = layer.waiting.first(nodes);
    const std::size_t batches = (nodes + batch_nodes - 1) / batch_nodes;
    if (batches_.size() < batches) batches_.resize(batches);
    const auto part = [&](std::size_t b) {
      return std::span{list}.subspan(b * batch_nodes, std::min(batch_nodes, nodes - b * batch_nodes));
    };
    const auto expand = [&](std::size_t b, unsigned hand) { fill(batches_[b], workers_[hand], part(b)); };
    if (batches == 1) {
      expand(0, 0);
    } else {
      crew_.each(batches, expand);
    }
    std::size_t done = 0;
    for (std::size_t b = 0; b < batches && !stopped_; ++b) done += take_in(batches_[b], layer, part(b), done);
    layer.waiting.drop(done);
  }

  // What these nodes lead to, and the number of all that is known already.
  void fill(Batch& batch, typename S::Worker& worker, std::span<const Waiting> waiting) const {
    batch.clear();
    for (const Waiting& w : waiting) {
      if (w.node == nullptr) {
        Reader in{w.packed};
        read(in, batch.expanded);
        assert(in.at_end());
      }
      const Node& node = w.node == nullptr ? batch.expanded : *w.node;
      worker.expand(node, Sink{space_, batch, options_.keep_edges && options_.keep_branches});
      batch.found_end.push_back(batch.found.size());
    }
    const auto known_for = [&](const Found& f) -> const KeyStore* {
      if (f.end) return nullptr;
      const auto at = layers_.find(f.layer);
      return at == layers_.end() ? nullptr : &at->second.known;
    };
    for (const Found& f : batch.found) {
      if (const KeyStore* known = known_for(f)) known->prefetch(f.hash);
    }
    Writer out{batch.packed};
    std::size_t form = 0;
    for (Found& f : batch.found) {
      const std::size_t begin = std::exchange(form, f.form_end);
      if (!f.end) {
        if (const KeyStore* known = known_for(f)) {
          f.to = known->find(f.hash, std::span{batch.forms}.subspan(begin, f.form_end - begin));
        }
        if (f.to == KeyStore::kNone && options_.pack) write(out, batch.nodes[f.node]);
      }
      f.packed_end = batch.packed.size();
    }
  }

  // As if its nodes had been expanded one after another. How many were taken in: fewer than all when a bound is met.
  std::size_t take_in(Batch& batch, Layer& layer, std::span<const Waiting> waiting, std::size_t from) {
    std::size_t done = 0;
    std::size_t at = 0;
    std::size_t form = 0;
    std::size_t packed = 0;
    std::size_t branch = 0;
    const std::size_t labels = result_.most.size();
    for (const std::size_t end : batch.found_end) {
      if (stopped_) break;
      const std::uint32_t expanded = waiting[done].number;
      if (!options_.pack && spares_.size() < spares_most) {
        spares_.push_back(std::move(layer.waiting.storage(from + done)));
      }
      for (; at < end; ++at) {
        const Found& f = batch.found[at];
        const auto bytes_of = std::span{batch.forms}.subspan(form, f.form_end - form);
        std::uint32_t to = f.to;
        if (f.end) {
          to = Graph::kEnd;
        } else if (to == KeyStore::kNone) {
          const auto known = layers_.find(f.layer);
          if (known != layers_.end()) to = known->second.known.find(f.hash, bytes_of);
          if (to == KeyStore::kNone) {
            assert(f.layer >= layers_.begin()->first);
            to = admit(f.layer, f.hash, bytes_of, batch.nodes[f.node],
                       std::span{batch.packed}.subspan(packed, f.packed_end - packed));
          }
        }
        const std::span<const std::int64_t> gathered{batch.gathered.data() + at * labels, labels};
        note(gathered);
        if (options_.keep_edges) {
          result_.graph.add_edge(expanded, to, f.deviations, gathered,
                                 std::span{batch.branches}.subspan(branch, f.branches_end - branch));
        }
        form = f.form_end;
        packed = f.packed_end;
        branch = f.branches_end;
        ++result_.reached.transitions;
      }
      --result_.reached.frontier;
      ++done;
      if (++expanded_ % measure_every == 0) measure();
      const ExploreProgress& r = result_.reached;
      stopped_ = r.states > options_.states_most || r.bytes > options_.memory_most || no_numbers_left();
    }
    return done;
  }

  void note(std::span<const std::int64_t> gathered) {
    for (std::size_t l = 0; l < gathered.size(); ++l) {
      if (result_.graph.gathers()[l] == Gather::most) result_.most[l] = std::max(result_.most[l], gathered[l]);
    }
  }

  const S& space_;
  ExploreOptions options_;
  Exploration result_;
  std::map<std::int64_t, Layer> layers_;  // that hold nodes which wait, and the one under way
  bool begun_ = false;
  bool stopped_ = false;
  std::uint64_t expanded_ = 0;
  std::optional<std::int64_t> finished_;  // layer
  std::uint64_t per_layer_ = 0;           // states of the last that was finished
  std::deque<typename S::Worker> workers_;
  std::vector<Batch> batches_;
  std::vector<Node> spares_;  // whose storage can be used again
  Crew crew_;
};

template <class S>
Exploration explore(const S& space, const ExploreOptions& options) {
  Explorer<S> explorer{space, options};
  explorer.run();
  return explorer.take();
}

}  // namespace converge::sim
