// The trace-event format that Chrome brought and Perfetto reads: a process for each run, a track for each actor, its
// divergence as counters, and an arrow from each fault to what its actor did next. Times are microseconds from the
// start of the run, which is the format's own unit.
#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "reports/escape.hpp"
#include "reports/json_document.hpp"
#include "reports/report.hpp"
#include "reports/result.hpp"

namespace converge::reports {
namespace {

class Events {
 public:
  void add(std::string_view event) { text_.append(text_.empty() ? "\n" : ",\n").append(event); }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

std::string_view word(sim::Lane::Span::Kind kind) {
  switch (kind) {
    case sim::Lane::Span::Kind::works: return "works";
    case sim::Lane::Span::Kind::waits: return "waits";
    case sim::Lane::Span::Kind::deploys: return "deploys";
    case sim::Lane::Span::Kind::stands: return "stands";
    case sim::Lane::Span::Kind::differs: return "differs";
  }
  return "";
}

std::string_view colour(sim::Lane::Span::Kind kind) {  // names that the viewers know
  switch (kind) {
    case sim::Lane::Span::Kind::works: return "good";
    case sim::Lane::Span::Kind::waits: return "grey";
    case sim::Lane::Span::Kind::deploys: return "bad";
    case sim::Lane::Span::Kind::stands:
    case sim::Lane::Span::Kind::differs: return "terrible";
  }
  return "";
}

void name(Events& out, std::string_view what, std::size_t process, std::size_t track, std::string_view text) {
  out.add(fmt::format(R"({{"ph":"M","name":"{}","pid":{},"tid":{},"args":{{"name":{}}}}})", what, process, track,
                      in_json(plain(text))));
}

void span(Events& out, std::size_t process, std::size_t track, const sim::Lane::Span& s) {
  out.add(fmt::format(R"({{"ph":"X","name":{},"cat":"{}","cname":"{}","pid":{},"tid":{},"ts":{},"dur":{}}})",
                      in_json(plain(s.what)), word(s.kind), colour(s.kind), process, track, s.from.us,
                      (s.until - s.from).us));
}

void mark(Events& out, std::size_t process, std::size_t track, const sim::Lane::Mark& m) {
  out.add(fmt::format(R"({{"ph":"i","name":{},"cat":"{}","s":"t","pid":{},"tid":{},"ts":{}}})", in_json(plain(m.what)),
                      m.fault ? "fault"
                      : m.bad ? "bad"
                              : "told",
                      process, track, m.at.us));
}

// What an actor does first that begins with or behind a fault, or goes on while it strikes.
const sim::Lane::Span* hit(const sim::Lane& lane, sim::Instant at) {
  const auto found = std::find_if(lane.spans.begin(), lane.spans.end(), [&](const auto& s) { return s.until > at; });
  return found == lane.spans.end() ? nullptr : &*found;
}

void counter(Events& out, std::size_t process, std::string_view layer, const std::vector<sim::Sample>& series) {
  for (const sim::Sample& s : series) {
    out.add(fmt::format(R"({{"ph":"C","name":"divergence: {}","pid":{},"tid":0,"ts":{},"args":{{"{}":{}}}}})", layer,
                        process, s.at.us, layer, s.value));
  }
}

void phases(Events& out, std::size_t process, std::size_t& track, const sim::RunResult& run) {
  const sim::Instant end = sim::Instant{} + run.horizon;
  for (const sim::Phase& p : run.phases) {
    if (!p.started) continue;
    name(out, "thread_name", process, ++track, "plan: " + p.name);
    span(out, process, track,
         {*p.started, std::max(p.finished.value_or(end), *p.started),
          p.status == sim::Phase::Status::failed ? sim::Lane::Span::Kind::stands : sim::Lane::Span::Kind::works,
          p.name});
  }
}

void playback(Events& out, std::size_t process, std::uint64_t& arrows, std::string_view of, const sim::Playback& p) {
  name(out, "process_name", process, 0, of.empty() ? p.label : fmt::format("{}: {}", of, p.label));
  std::size_t track = 0;
  for (const sim::Lane& lane : p.lanes) {
    const std::size_t works = ++track;
    name(out, "thread_name", process, works, lane.actor);
    for (const sim::Lane::Span& s : lane.spans) span(out, process, works, s);
    for (const sim::Lane::Mark& m : lane.marks) {
      if (!m.fault) mark(out, process, works, m);
    }
    if (std::none_of(lane.marks.begin(), lane.marks.end(), [](const auto& m) { return m.fault; })) continue;
    const std::size_t faults = ++track;
    name(out, "thread_name", process, faults, lane.actor + ": faults");
    for (const sim::Lane::Mark& m : lane.marks) {
      if (!m.fault) continue;
      span(out, process, faults, {m.at, m.at, sim::Lane::Span::Kind::stands, m.what});
      const sim::Lane::Span* next = hit(lane, m.at);
      if (next == nullptr) continue;
      const std::string both = fmt::format(R"("name":"fault","cat":"fault","id":{},"pid":{})", ++arrows, process);
      out.add(fmt::format(R"({{"ph":"s",{},"tid":{},"ts":{}}})", both, faults, m.at.us));
      out.add(fmt::format(R"({{"ph":"f","bp":"e",{},"tid":{},"ts":{}}})", both, works, std::max(next->from, m.at).us));
    }
  }
  phases(out, process, track, p.run);
  counter(out, process, "schema", p.run.schema);
  counter(out, process, "code", p.run.code);
  counter(out, process, "data", p.run.data);
}

}  // namespace

std::string trace_events(std::span<const sim::Reported> all) {
  Events out;
  std::size_t process = 0;
  std::uint64_t arrows = 0;
  for (const sim::Reported& reported : all) {
    for (const sim::Playback& p : reported.evidence.playbacks) {
      playback(out, ++process, arrows, all.size() > 1 ? title_of(reported.result) : std::string_view{}, p);
    }
  }
  const ResultHead head = all.empty() ? ResultHead{} : head_of(all.front().result);
  return fmt::format(
      "{{\"displayTimeUnit\":\"ms\",\"otherData\":{{\"made_by\":{},\"title\":{},\"verdict\":{}}},\"traceEvents\":[{}\n]"
      "}}\n",
      in_json("converge " + version()), in_json(plain(head.title)), in_json(plain(head.sentence)), out.take());
}

}  // namespace converge::reports
