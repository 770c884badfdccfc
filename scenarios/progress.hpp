// The progress line of long work, on standard error and on a terminal alone; and how long work is asked to end early.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sim/time.hpp"

namespace converge::sim {
struct ExploreProgress;
}

namespace converge::scenarios {

// Ctrl-C asks once for the result of what ran; the second one ends the program as it usually does.
void catch_interrupts();
bool interrupted();

class Stopwatch {
 public:
  double seconds() const;
  bool beyond(const std::optional<sim::Duration>& limit) const;

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

class Progress {
 public:
  explicit Progress(bool wanted);  // and standard error is a terminal
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() { clear(); }

  // `wanted` 0: nobody knows how many; then `limit` tells how long.
  void schedules(std::uint64_t done, std::uint64_t wanted, std::uint64_t violated,
                 const std::optional<sim::Duration>& limit);
  void states(const sim::ExploreProgress&);
  void orders(std::string_view doing, std::uint64_t done, std::uint64_t of, std::uint64_t bad,
              const std::optional<sim::Duration>& limit);
  void cases(std::uint64_t done);
  void say(std::string_view what);
  void clear();

 private:
  bool due();
  void show(const std::string& line);

  bool on_ = false;
  std::size_t shown_ = 0;  // columns
  Stopwatch since_;
  double last_ = -1;
};

}  // namespace converge::scenarios
