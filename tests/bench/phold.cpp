// How fast the event queue is, against a loop over std::priority_queue that does exactly the same work in the same run.
//
//   phold [--actors N]... [--events M] [--rounds R] [--json]
//
// They take turns, a round each, so that a busy machine slows all of them; the ratio is the median over the rounds.
// A million actors (16 million pending) take about 2 GB.
#include "tests/bench/phold.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <queue>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace converge;
using bench::Event;

struct Ours {
  sim::EventQueue<bench::Job> queue;

  void push(const Event& event) { queue.push(event.at, event.order, event.payload); }
  Event pop() { return queue.pop(); }
  std::size_t footprint() const { return queue.footprint(); }
};

// As it is usually written.
struct After {
  bool operator()(const Event& a, const Event& b) const { return a.at != b.at ? a.at > b.at : a.order > b.order; }
};

// The same order without branches, as our own queue compares: slower when the heap is in the cache, faster when not.
struct AfterByKey {
  bool operator()(const Event& a, const Event& b) const { return sim::detail::key_of(a) > sim::detail::key_of(b); }
};

template <class Order>
struct Heap : private std::priority_queue<Event, std::vector<Event>, Order> {
  using Base = std::priority_queue<Event, std::vector<Event>, Order>;
  using Base::push;
  Event pop() {
    const Event event = Base::top();
    Base::pop();
    return event;
  }
  std::size_t footprint() const { return sizeof(*this) + Base::c.capacity() * sizeof(Event); }
};

template <class Contestant>
double seconds_of(Contestant& contestant, std::uint64_t events) {
  const auto start = std::chrono::steady_clock::now();
  contestant.run(events);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

struct Options {
  std::vector<std::uint32_t> actors;
  std::uint64_t events = 0;  // per round; 0: four times those pending, at least two million
  std::uint64_t rounds = 7;
  bool json = false;
};

struct Result {
  std::uint32_t actors = 0;
  std::uint64_t pending = 0;
  double ours_per_s = 0;
  double heap_per_s = 0;
  double heap_by_key_per_s = 0;
  double ratio = 0;  // to the faster of the two heaps
  double ours_bytes = 0;
  double heap_bytes = 0;
};

// Nothing when they end in different states: then one of them is wrong, and its speed of no interest.
std::optional<Result> measure(std::uint32_t actors, const Options& options) {
  const auto ours = std::make_unique<bench::Phold<Ours>>(actors);
  const auto heap = std::make_unique<bench::Phold<Heap<After>>>(actors);
  const auto heap_by_key = std::make_unique<bench::Phold<Heap<AfterByKey>>>(actors);
  const std::uint64_t pending = ours->pending();
  const std::uint64_t events = options.events != 0 ? options.events : std::max<std::uint64_t>(2'000'000, 4 * pending);

  std::array<std::vector<double>, 3> took;
  std::vector<double> to_heap;
  std::vector<double> to_heap_by_key;
  std::size_t ours_bytes = 0;
  for (std::uint64_t round = 0; round <= options.rounds; ++round) {
    std::array<double, 3> s{};
    for (std::uint64_t turn = 0; turn < 3; ++turn) {  // each is first, second and last in turn
      switch ((round + turn) % 3) {
        case 0: s[0] = seconds_of(*ours, events); break;
        case 1: s[1] = seconds_of(*heap, events); break;
        default: s[2] = seconds_of(*heap_by_key, events);
      }
    }
    if (ours->checksum() != heap->checksum() || ours->checksum() != heap_by_key->checksum()) return std::nullopt;
    ours_bytes = std::max(ours_bytes, ours->queue_bytes());
    if (round == 0) continue;  // warms all of them up
    for (std::size_t i = 0; i < 3; ++i) took[i].push_back(s[i]);
    to_heap.push_back(s[1] / s[0]);
    to_heap_by_key.push_back(s[2] / s[0]);
  }
  const auto count = static_cast<double>(events);
  return Result{.actors = actors,
                .pending = pending,
                .ours_per_s = count / median(took[0]),
                .heap_per_s = count / median(took[1]),
                .heap_by_key_per_s = count / median(took[2]),
                .ratio = std::min(median(to_heap), median(to_heap_by_key)),
                .ours_bytes = static_cast<double>(ours_bytes) / static_cast<double>(pending),
                .heap_bytes = static_cast<double>(heap->queue_bytes()) / static_cast<double>(pending)};
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc{} || end != text.data() + text.size() || n == 0) return std::nullopt;
  return n;
}

std::optional<Options> parse(const std::vector<std::string_view>& arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--json") {
      options.json = true;
      continue;
    }
    if (i + 1 == arguments.size()) return std::nullopt;
    const std::string_view name = arguments[i];
    const std::optional<std::uint64_t> n = number(arguments[++i]);
    if (!n) return std::nullopt;
    if (name == "--actors" && *n <= 10'000'000) {
      options.actors.push_back(static_cast<std::uint32_t>(*n));
    } else if (name == "--events") {
      options.events = *n;
    } else if (name == "--rounds") {
      options.rounds = *n;
    } else {
      return std::nullopt;
    }
  }
  if (options.actors.empty()) options.actors = {1'000, 100'000};
  return options;
}

void print_text(const Result& r) {
  std::printf("%8u %9llu %8.2f %8.2f %8.2f %7.2f %10.1f %10.1f\n", r.actors, static_cast<unsigned long long>(r.pending),
              r.ours_per_s / 1e6, r.heap_per_s / 1e6, r.heap_by_key_per_s / 1e6, r.ratio, r.ours_bytes, r.heap_bytes);
  std::fflush(stdout);
}

void print_json(const Result& r, bool first) {
  std::printf(
      "%s\n    {\"actors\": %u, \"pending\": %llu, \"events_per_s\": %.0f, "
      "\"priority_queue_events_per_s\": %.0f, \"priority_queue_by_key_events_per_s\": %.0f, "
      "\"ratio\": %.3f, \"bytes_per_pending\": %.1f, \"priority_queue_bytes_per_pending\": %.1f}",
      first ? "" : ",", r.actors, static_cast<unsigned long long>(r.pending), r.ours_per_s, r.heap_per_s,
      r.heap_by_key_per_s, r.ratio, r.ours_bytes, r.heap_bytes);
}

}  // namespace

int main(int argc, char** argv) {
  const std::optional<Options> options = parse({argv + 1, argv + argc});
  if (!options) {
    std::fputs("usage: phold [--actors N]... [--events M] [--rounds R] [--json]\n", stderr);
    return 2;
  }
  if (options->json) {
    std::printf("{\"benchmark\": \"phold\", \"results\": [");
  } else {
    std::puts("millions of events a second: ours, std::priority_queue, and the same with a branch-free comparison;");
    std::puts("ratio: ours to the faster of those two; bytes per pending event: ours, std::priority_queue");
    std::printf("%8s %9s %8s %8s %8s %7s %10s %10s\n", "actors", "pending", "ours", "pq", "pq, key", "ratio", "B, ours",
                "B, pq");
  }
  bool first = true;
  for (const std::uint32_t actors : options->actors) {
    const std::optional<Result> result = measure(actors, *options);
    if (!result) {
      std::fprintf(stderr, "phold: the two queues disagree at %u actors\n", actors);
      return 4;
    }
    if (options->json) {
      print_json(*result, std::exchange(first, false));
    } else {
      print_text(*result);
    }
  }
  if (options->json) std::printf("\n]}\n");
}
