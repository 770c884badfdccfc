// How fast the explorer is, and how many bytes a state takes: on a small rollout (tests/toys/small_rollout.hpp), exact
// and with fingerprints, with edges kept and without, on one thread and on two; and, where Spin is installed, beside
// the verifier that Spin makes of the same system (tests/bench/small_rollout.pml). Counts must agree.
//
//   explore [--faults N] [--no-spin]
#include "sim/explore.hpp"

#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>

#include "sim/model_space.hpp"
#include "tests/toys/small_rollout.hpp"

namespace {

using namespace converge;
using toys::SmallRollout;
using toys::SmallRolloutView;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

struct Measured {
  std::uint64_t states = 0;
  double per_cpu_s = 0;  // states
};

// Of what was run as a program.
double cpu_of_children() {
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

Measured measure(const char* name, std::uint16_t faults, const sim::ExploreOptions& options) {
  const SmallRollout model;
  const SmallRolloutView view;
  const std::vector<sim::Deviation> fixed;
  const sim::ModelSpace<SmallRollout, SmallRolloutView> space{
      model, view, model.cuts(), fixed, {.faults = faults}, sim::Instant{} + sim::days(1)};
  const auto start = std::chrono::steady_clock::now();
  const std::clock_t cpu_start = std::clock();
  sim::Explorer<sim::ModelSpace<SmallRollout, SmallRolloutView>> explorer{space, options};
  const sim::Exploration& e = explorer.run();
  const double took = seconds_since(start);
  const double cpu = static_cast<double>(std::clock() - cpu_start) / CLOCKS_PER_SEC;  // of all threads
  const auto states = static_cast<double>(e.reached.states);
  std::printf("%-34s %9llu states %9llu transitions %6.2f s (CPU %6.2f) %8.0f states/s (CPU %8.0f) %5.1f bytes/state\n",
              name, static_cast<unsigned long long>(e.reached.states),
              static_cast<unsigned long long>(e.reached.transitions), took, cpu, states / took, states / cpu,
              static_cast<double>(e.reached.bytes_most) / states);
  std::fflush(stdout);
  return {e.reached.states, states / cpu};
}

// What Spin says, or nothing.
void spin(const Measured& ours, std::uint16_t faults) {
  namespace fs = std::filesystem;
  if (std::system("command -v spin gcc >/dev/null 2>&1") != 0) {
    std::printf("Spin is not installed (apt-get install spin): not compared\n");
    return;
  }
  const fs::path folder = fs::temp_directory_path() / "converge-spin";
  fs::create_directories(folder);
  const std::string in = "cd '" + folder.string() + "' && ";
  std::ifstream source{fs::path{CONVERGE_SOURCE_DIR} / "tests/bench/small_rollout.pml"};
  std::string text{std::istreambuf_iterator<char>{source}, {}};
  const std::string_view two = "faults = 2;";
  text.replace(text.find(two), two.size(), "faults = " + std::to_string(faults) + ";");
  std::ofstream{folder / "model.pml"} << text;
  for (const auto& [name, flags] : {std::pair{"Spin, exact", ""}, std::pair{"Spin, exact, -DCOLLAPSE", "-DCOLLAPSE"},
                                    std::pair{"Spin, hash compact, -DHC4", "-DHC4"}}) {
    const std::string make = in + "spin -a model.pml >/dev/null && gcc -O2 -w -DSAFETY -DNOREDUCE -DVECTORSZ=1024 " +
                             flags + " -o pan pan.c";
    if (std::system(make.c_str()) != 0) return void(std::printf("Spin does not take the model\n"));
    const double before = cpu_of_children();
    if (std::system((in + "./pan -m1000000 -w22 >out").c_str()) != 0) return;
    const double cpu = cpu_of_children() - before;
    std::ifstream out{folder / "out"};
    std::uint64_t stored = 0;
    std::string memory = "?";
    for (std::string line; std::getline(out, line);) {
      if (line.find("states, stored") != std::string::npos) stored = std::stoull(line);
      if (line.find("total actual memory usage") != std::string::npos) memory = std::to_string(std::stoi(line));
    }
    const double per_s = static_cast<double>(stored) / cpu;
    std::printf("%-34s %9llu states, CPU %6.2f s, %8.0f states/s; MB in all: %s; ours: %.2f times as many a second\n",
                name, static_cast<unsigned long long>(stored), cpu, per_s, memory.c_str(), ours.per_cpu_s / per_s);
    const auto more = static_cast<long long>(stored) - static_cast<long long>(ours.states);
    std::printf("%-34s %+lld states%s\n", "", more, more == 4 ? ": its start, and the three steps of its end" : "");
  }
  fs::remove_all(folder);
}

}  // namespace

int main(int argc, char** argv) {
  std::uint16_t faults = 2;
  bool with_spin = true;
  for (int i = 1; i < argc; ++i) {
    const std::string_view flag = argv[i];
    if (flag == "--faults" && i + 1 < argc) faults = static_cast<std::uint16_t>(std::atoi(argv[++i]));
    if (flag == "--no-spin") with_spin = false;
  }
  const Measured exact = measure("exact, reachability", faults, {.pack = true, .keep_edges = false});
  measure("exact, reachability, not packed", faults, {.keep_edges = false});
  measure("fingerprints, reachability", faults, {.fingerprints = true, .pack = true, .keep_edges = false});
  measure("exact, edges kept", faults, {.pack = true});
  measure("exact, edges and branches kept", faults, {.pack = true, .keep_branches = true});
  measure("exact, reachability, 2 threads", faults, {.jobs = 2, .pack = true, .keep_edges = false});
  measure("exact, edges kept, 2 threads", faults, {.jobs = 2, .pack = true});
  if (with_spin) spin(exact, faults);
}
