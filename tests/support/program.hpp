// The program as its users start it: arguments as they are, no shell in between; what it printed, how it ended, and how
// much memory it took at most.
//
// The environment is empty but for what a test gives, and what the sanitizers are told. Nobody measures time here: a
// program that hangs is ended by ctest, and takes its child along.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/sanitized.hpp"

namespace converge::support {

// A temporary folder with what is left in it, gone at the end of the test.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "converge-test-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error{"no temporary folder"};
    path_ = std::filesystem::canonical(name);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::filesystem::path& path() const { return path_; }
  std::string operator/(std::string_view name) const { return (path_ / name).string(); }

  std::string write(std::string_view name, std::string_view text) const {
    const std::string path = *this / name;
    std::filesystem::create_directories(std::filesystem::path{path}.parent_path());
    std::ofstream{path, std::ios::binary} << text;
    return path;
  }

  // The names of all that is in it, in order.
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& entry : std::filesystem::directory_iterator{path_})
      all.push_back(entry.path().filename().string());
    std::sort(all.begin(), all.end());
    return all;
  }

 private:
  std::filesystem::path path_;
};

inline std::string slurp(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream{path, std::ios::binary}.rdbuf();
  return text.str();
}

struct Start {
  std::vector<std::string> arguments;
  std::string input;                     // on standard input
  bool endless = false;                  // the input again and again, until nobody reads it any more
  std::vector<std::string> environment;  // "NO_COLOR=1"
  std::string folder;                    // to start in; none: that of the test
  bool on_a_terminal = false;            // standard output is one
};

struct Ended {
  int exit = -1;  // -1: by a signal
  int signal = 0;
  std::string out;
  std::string err;
  long peak_kb = 0;  // the most resident memory that it had at once
};

namespace detail {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_{fd} {}
  Descriptor(Descriptor&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() { close(); }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  int get() const { return fd_; }
  bool open() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

inline std::pair<Descriptor, Descriptor> channel() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error{"no pipe"};
  return {Descriptor{ends[0]}, Descriptor{ends[1]}};
}

// Our end of a new terminal, and the program's.
inline std::pair<Descriptor, Descriptor> terminal() {
  Descriptor ours{::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)};
  if (!ours.open() || ::grantpt(ours.get()) != 0 || ::unlockpt(ours.get()) != 0)
    throw std::runtime_error{"no terminal"};
  Descriptor theirs{::open(::ptsname(ours.get()), O_RDWR | O_NOCTTY | O_CLOEXEC)};
  if (!theirs.open()) throw std::runtime_error{"no terminal"};
  return {std::move(ours), std::move(theirs)};
}

// False at the end. A terminal whose other side is closed gives an error instead.
inline bool take(const Descriptor& from, std::string& into) {
  std::array<char, 65536> block;
  const ssize_t got = ::read(from.get(), block.data(), block.size());
  if (got < 0 && errno == EINTR) return true;
  if (got <= 0) return false;
  into.append(block.data(), static_cast<std::size_t>(got));
  return true;
}

}  // namespace detail

inline Ended run_program(const std::string& program, const Start& start) {
  using detail::Descriptor;
  auto [in_theirs, in_ours] = detail::channel();
  auto [out_ours, out_theirs] = start.on_a_terminal ? detail::terminal() : detail::channel();
  auto [err_ours, err_theirs] = detail::channel();

  std::vector<std::string> words{program};
  words.insert(words.end(), start.arguments.begin(), start.arguments.end());
  std::vector<std::string> environment = start.environment;
  for (const char* name : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"}) {
    if (const char* value = std::getenv(name)) environment.push_back(std::string{name} + "=" + value);
  }
  const auto pointers = [](std::vector<std::string>& from) {
    std::vector<char*> to;
    for (std::string& word : from) to.push_back(word.data());
    to.push_back(nullptr);
    return to;
  };
  std::vector<char*> argv = pointers(words);
  std::vector<char*> envp = pointers(environment);

  // fork() and not vfork() or posix_spawn(): until it is replaced, the child's memory counts towards its peak, and only
  // after fork() is that what the test has now, and not the most that it ever had.
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error{"no process"};
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::signal(SIGPIPE, SIG_DFL);
    const bool ready = (start.folder.empty() || ::chdir(start.folder.c_str()) == 0) &&
                       ::dup2(in_theirs.get(), 0) == 0 && ::dup2(out_theirs.get(), 1) == 1 &&
                       ::dup2(err_theirs.get(), 2) == 2;
    if (ready) ::execve(program.c_str(), argv.data(), envp.data());
    ::_exit(127);
  }
  in_theirs.close();
  out_theirs.close();
  err_theirs.close();

  Ended ended;
  struct sigaction ignore{};
  struct sigaction before{};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &ignore, &before);  // it may stop reading when it has seen enough
  ::fcntl(in_ours.get(), F_SETFL, O_NONBLOCK);
  std::size_t written = 0;
  if (start.input.empty()) in_ours.close();
  while (out_ours.open() || err_ours.open()) {
    std::array<pollfd, 3> ends{pollfd{out_ours.get(), POLLIN, 0}, pollfd{err_ours.get(), POLLIN, 0},
                               pollfd{in_ours.get(), POLLOUT, 0}};
    if (::poll(ends.data(), ends.size(), -1) < 0 && errno != EINTR) break;
    if (ends[0].revents != 0 && !detail::take(out_ours, ended.out)) out_ours.close();
    if (ends[1].revents != 0 && !detail::take(err_ours, ended.err)) err_ours.close();
    if (!in_ours.open() || ends[2].revents == 0) continue;
    const ssize_t put = ::write(in_ours.get(), start.input.data() + written, start.input.size() - written);
    if (put < 0 && errno != EAGAIN && errno != EINTR) in_ours.close();
    if (put > 0) written += static_cast<std::size_t>(put);
    if (written < start.input.size()) continue;
    written = 0;
    if (!start.endless) in_ours.close();
  }
  ::sigaction(SIGPIPE, &before, nullptr);

  int status = 0;
  rusage used{};
  while (::wait4(child, &status, 0, &used) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status)) ended.exit = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) ended.signal = WTERMSIG(status);
  ended.peak_kb = used.ru_maxrss;
  return ended;
}

}  // namespace converge::support
