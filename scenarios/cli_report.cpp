#include "scenarios/cli_report.hpp"

#include <fmt/format.h>

#include <array>
#include <stdexcept>
#include <utility>

#include "reports/advise_json.hpp"
#include "reports/check_json.hpp"
#include "reports/compare.hpp"
#include "reports/explore_json.hpp"
#include "reports/json.hpp"
#include "reports/orderings_json.hpp"
#include "reports/report.hpp"
#include "scenarios/cli_input.hpp"
#include "scenarios/cli_output.hpp"
#include "scenarios/read_result.hpp"
#include "scenarios/reported.hpp"

namespace converge::scenarios {

namespace {

struct Ending {
  std::string_view ending;
  Format format;
};

// The first that fits.
constexpr std::array<Ending, 9> kEndings{{{".html", Format::html},
                                          {".md", Format::markdown},
                                          {".xml", Format::junit},
                                          {".sarif", Format::sarif},
                                          {".sarif.json", Format::sarif},
                                          {".trace.json", Format::trace},
                                          {".dot", Format::dot},
                                          {".gv", Format::dot},
                                          {".csv", Format::csv}}};

constexpr std::array<std::pair<std::string_view, Format>, 7> kNames{{{"html", Format::html},
                                                                     {"md", Format::markdown},
                                                                     {"junit", Format::junit},
                                                                     {"sarif", Format::sarif},
                                                                     {"trace", Format::trace},
                                                                     {"dot", Format::dot},
                                                                     {"csv", Format::csv}}};

std::string bytes(Format format, std::span<const sim::Reported> all) {
  switch (format) {
    case Format::html: return reports::html(all);
    case Format::markdown: return reports::markdown(all);
    case Format::junit: return reports::junit(all);
    case Format::sarif: return reports::sarif(all);
    case Format::trace: return reports::trace_events(all);
    case Format::dot: return reports::plan_dot(all);
    case Format::csv: return reports::csv(all);
  }
  return {};
}

std::string json_of(const sim::Result& result) {
  return std::visit([](const auto& r) { return reports::json(r); }, result);
}

}  // namespace

std::vector<std::string> format_names() {
  std::vector<std::string> all;
  for (const auto& [name, format] : kNames) all.emplace_back(name);
  return all;
}

std::optional<Format> format_named(const std::string& name) {
  for (const auto& [known, format] : kNames) {
    if (known == name) return format;
  }
  return std::nullopt;
}

std::optional<Format> format_of_file(const std::string& file) {
  for (const Ending& e : kEndings) {
    if (file.size() > e.ending.size() && file.ends_with(e.ending)) return e.format;
  }
  return std::nullopt;
}

std::string file_endings() { return ".html, .md, .xml (JUnit), .sarif, .trace.json, .dot or .csv"; }

void write_reports(const Options& o, const sim::Result& result) {
  if (o.reports.empty()) return;
  ReadResult read = read_result(json_of(result), SIZE_MAX);
  if (!read.result) throw std::logic_error{"a result cannot be read: " + read.problems.front().path};
  const std::array<sim::Reported, 1> one{reported({}, *std::move(read.result), std::move(read.made_by))};
  for (const std::string& file : o.reports) {
    const std::optional<Format> format = format_of_file(file);
    if (!format) throw CannotWrite{printable(file) + ": found another ending, expected " + file_endings()};
    write_file(file, bytes(*format, one));
  }
}

Exit report(const Options& o) {
  std::optional<Format> format = format_named(o.format);
  if (!format) format = format_of_file(o.output);
  if (!format) {
    const std::string found = o.output.empty() ? "no --output, and no --format" : in_quotes(o.output);
    return refuse(o, "report", "--format", {},
                  {{.found = found, .expected = "--format, or a file that ends in " + file_endings()}});
  }
  if (o.fail_on_regression && o.files.size() < 2) {
    return refuse(o, "report", "--fail-on-regression", {},
                  {{.found = "one result", .expected = "two: the one of before, and the one of now"}});
  }
  std::vector<sim::Reported> all;
  Exit exit = Exit::holds;
  for (const std::string& file : o.files) {
    spare(o, file);
    const FileText input = read_input(file, result_bytes_max);
    ReadResult read;
    read.problems = input.problems;
    if (input.problems.empty()) read = read_result(input.text);
    if (!read.result) {
      exit = refuse(o, "report", file, input.text, read.problems);
      continue;
    }
    all.push_back(reported(file == "-" ? "<standard input>" : file, *std::move(read.result), std::move(read.made_by)));
  }
  if (exit != Exit::holds) return exit;
  put(o, bytes(*format, all));
  const bool worse = o.fail_on_regression && reports::compare(all.front().result, all.back().result).worse;
  return worse ? Exit::violated : Exit::holds;
}

}  // namespace converge::scenarios
