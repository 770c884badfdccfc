#include "scenarios/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <ctime>

#include "sim/explore.hpp"

namespace converge::scenarios {

namespace {

volatile std::sig_atomic_t asked_to_end = 0;
std::int64_t asked_at_ms = 0;

std::int64_t now_ms() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);  // one of the few calls that a signal handler may make
  return now.tv_sec * 1000 + now.tv_nsec / 1'000'000;
}

// Some senders signal a process and its group, so one request may come twice.
extern "C" void note_interrupt(int signal) {
  if (asked_to_end == 0) {
    asked_to_end = 1;
    asked_at_ms = now_ms();
  } else if (now_ms() - asked_at_ms > 300) {
    std::signal(signal, SIG_DFL);
    std::raise(signal);
  }
}

std::string left(double s) {
  if (s < 0.5) return "done soon";
  return text(sim::seconds(static_cast<std::int64_t>(s + 0.5))) + " left";
}

}  // namespace

void catch_interrupts() {
  std::signal(SIGINT, note_interrupt);
  std::signal(SIGTERM, note_interrupt);
}

bool interrupted() { return asked_to_end != 0; }

double Stopwatch::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

bool Stopwatch::beyond(const std::optional<sim::Duration>& limit) const {
  return limit && seconds() * 1e6 >= static_cast<double>(limit->us);
}

Progress::Progress(bool wanted) : on_{wanted && isatty(STDERR_FILENO) != 0} {}

bool Progress::due() {
  const double now = since_.seconds();
  if (!on_ || now - last_ < 0.1) return false;
  last_ = now;
  return true;
}

void Progress::show(const std::string& line) {
  const std::size_t blanks = shown_ > line.size() ? shown_ - line.size() : 0;
  fmt::print(stderr, "\r{}{}", line, std::string(blanks, ' '));
  std::fflush(stderr);
  shown_ = line.size();
}

void Progress::schedules(std::uint64_t done, std::uint64_t wanted, std::uint64_t violated,
                         const std::optional<sim::Duration>& limit) {
  if (!due()) return;
  const double spent = since_.seconds();
  const double rate = static_cast<double>(done) / std::max(spent, 1e-3);
  double rest = wanted > done && rate > 0 ? static_cast<double>(wanted - done) / rate : 0;
  if (limit) {
    const double until_limit = std::max(0.0, static_cast<double>(limit->us) / 1e6 - spent);
    rest = wanted == 0 ? until_limit : std::min(rest, until_limit);
  }
  const std::string of = wanted == 0 ? "" : fmt::format(" of {}", wanted);
  show(fmt::format("{}{} schedules, {:.0f} a second, {}, {} violated", done, of, rate, left(rest), violated));
}

void Progress::states(const sim::ExploreProgress& p) {
  if (!due()) return;
  const double rate = static_cast<double>(p.states) / std::max(since_.seconds(), 1e-3);
  std::string rest;
  if (p.left && rate > 0) rest = ", about " + left(static_cast<double>(*p.left) / rate);
  show(fmt::format("{} states, frontier {}, {:.0f} a second, {} MB{}", p.states, p.frontier, rate, p.bytes / 1'000'000,
                   rest));
}

void Progress::orders(std::string_view doing, std::uint64_t done, std::uint64_t of, std::uint64_t bad,
                      const std::optional<sim::Duration>& limit) {
  if (!due()) return;
  const std::string until = limit ? fmt::format(", at most {}", text(*limit)) : "";
  show(fmt::format("{}: {} of {} orders, {} bad{}", doing.substr(0, 60), done, of, bad, until));
}

void Progress::cases(std::uint64_t done) {
  if (!due()) return;
  show(fmt::format("{} cases, {:.0f} a second", done, static_cast<double>(done) / std::max(since_.seconds(), 1e-3)));
}

void Progress::say(std::string_view what) {
  if (on_) show(std::string{what});
}

void Progress::clear() {
  if (!on_ || shown_ == 0) return;
  fmt::print(stderr, "\r{}\r", std::string(shown_, ' '));
  std::fflush(stderr);
  shown_ = 0;
}

}  // namespace converge::scenarios
