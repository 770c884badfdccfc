// One table for all, as plotting programs like it: each row is one figure, and says of which result, table, thing and
// moment it is. RFC 4180: CRLF, a header, quotes where they are needed.
#include <fmt/core.h>

#include <string_view>

#include "reports/escape.hpp"
#include "reports/json_document.hpp"
#include "reports/report.hpp"
#include "reports/result.hpp"

namespace converge::reports {
namespace {

class Table {
 public:
  explicit Table(std::string_view result) : result_{in_csv(result)} {}

  void add(std::string_view table, std::string_view name, const std::string& at_s, std::string_view figure,
           const std::string& value) {
    text_ += fmt::format("{},{},{},{},{},{}\r\n", result_, table, in_csv(name), at_s, figure, value);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string result_;
  std::string text_;
};

std::string seconds_text(sim::Duration d) { return decimal_seconds(d.us); }
std::string seconds_text(sim::Instant t) { return decimal_seconds(t.us); }

void probability(Table& t, std::string_view table, std::string_view name, const sim::Probability& p) {
  t.add(table, name, "", "estimate", fmt::format("{:.6g}", p.estimate));
  t.add(table, name, "", "low", fmt::format("{:.6g}", p.low));
  t.add(table, name, "", "high", fmt::format("{:.6g}", p.high));
}

void series(Table& t, std::string_view name, const std::vector<sim::Sample>& all) {
  for (const sim::Sample& s : all) t.add("divergence", name, seconds_text(s.at), "value", std::to_string(s.value));
}

void bands(Table& t, std::string_view name, const std::vector<sim::CheckResult::Band>& all) {
  for (const sim::CheckResult::Band& b : all) {
    const std::string at = seconds_text(b.at);
    t.add("divergence", name, at, "p50", std::to_string(b.p50));
    t.add("divergence", name, at, "p90", std::to_string(b.p90));
    t.add("divergence", name, at, "p99", std::to_string(b.p99));
    t.add("divergence", name, at, "max", std::to_string(b.most));
  }
}

void particular(Table& t, const sim::RunResult& r) {
  if (r.convergence) t.add("convergence", "this run", "", "took_s", seconds_text(*r.convergence));
  series(t, "schema", r.schema);
  series(t, "code", r.code);
  series(t, "data", r.data);
  for (const sim::Phase& p : r.phases) {
    if (p.started) t.add("phase", p.name, seconds_text(*p.started), "starts", "1");
    if (p.finished && *p.finished != sim::never) t.add("phase", p.name, seconds_text(*p.finished), "is over", "1");
  }
}

void particular(Table& t, const sim::CheckResult& r) {
  t.add("campaign", "schedules", "", "count", std::to_string(r.schedules));
  t.add("campaign", "missed the window", "", "count", std::to_string(r.missed_schedules));
  probability(t, "campaign", "missed the window", r.miss);
  for (const sim::CheckResult::Bucket& b : r.convergence) {
    t.add("convergence", "at most", seconds_text(b.upto), "schedules", std::to_string(b.schedules));
  }
  t.add("convergence", "never", "", "schedules", std::to_string(r.never_converged));
  bands(t, "schema", r.schema_band);
  bands(t, "code", r.code_band);
  bands(t, "data", r.data_band);
}

void particular(Table& t, const sim::ExploreResult& r) {
  t.add("explore", "states", "", "count", std::to_string(r.states));
  if (r.worst_convergence) t.add("convergence", "worst", "", "took_s", seconds_text(*r.worst_convergence));
  if (!r.odds) return;
  for (const auto& q : r.odds->quantiles) {
    if (q.convergence) t.add("convergence", fmt::format("{:.6g}", q.share), "", "took_s", seconds_text(*q.convergence));
  }
}

void particular(Table& t, const sim::AdviseResult& r) {
  if (!r.bound) return;
  t.add("bound", "earliest", "", "took_s", seconds_text(r.bound->earliest));
  t.add("bound", "usual", "", "took_s", seconds_text(r.bound->usual));
  t.add("bound", "latest", "", "took_s", seconds_text(r.bound->latest));
}

void particular(Table& t, const sim::OrderingsResult& r) {
  for (const sim::OrderVerdict& v : r.orders) {
    std::string order;
    for (const std::size_t step : v.order) order += (order.empty() ? "" : " > ") + r.steps[step];
    t.add("order", order, "", "grade", std::to_string(static_cast<int>(v.grade)));
    if (v.convergence) t.add("order", order, "", "took_s", seconds_text(*v.convergence));
  }
}

}  // namespace

std::string csv(std::span<const sim::Reported> all) {
  std::string out = "result,table,name,at_s,figure,value\r\n";
  for (const sim::Reported& reported : all) {
    Table t{reported.file.empty() ? title_of(reported.result) : std::string_view{reported.file}};
    std::visit([&](const auto& r) { particular(t, r); }, reported.result);
    for (const JudgedProperty& p : properties_of(reported.result)) {
      const bool time = p.result->unit == sim::PropertyResult::Unit::duration;
      t.add("property", p.result->name, "", time ? "margin_s" : "margin",
            time ? decimal_seconds(p.result->margin) : std::to_string(p.result->margin));
      t.add("property", p.result->name, "", "violated",
            std::to_string(p.count != nullptr ? p.count->violated : std::uint64_t{p.violated}));
      if (p.count != nullptr) probability(t, "property", p.result->name, p.count->probability);
    }
    out += t.take();
  }
  return out;
}

}  // namespace converge::reports
