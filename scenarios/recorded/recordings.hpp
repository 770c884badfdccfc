// Folders of recordings, read line by line: JSON Lines, gzipped or not. They are untrusted input: a line has a bound,
// and what is no case is a problem with its file and line.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/problem.hpp"

namespace converge::scenarios::recorded {

inline constexpr std::size_t line_bytes_max = std::size_t{4} * 1024 * 1024;

struct RecordingFile {
  std::filesystem::path path;
  std::string group;  // its name without .jsonl and .gz
};

struct RecordingFolder {
  std::filesystem::path path;
  std::string version;               // of the real system: the first version of three numbers that its README.md names
  std::vector<RecordingFile> files;  // by name
};

// The folder itself, if it holds recordings, else those in it that do, by name. Empty: there are none.
std::vector<RecordingFolder> find_recordings(const std::filesystem::path&);

// Each line in turn, until `line` answers false. The problem that ended it, if one did.
std::optional<Problem> read_lines(const RecordingFile&,
                                  const std::function<bool(std::size_t number, const std::string&)>& line);

// The set that is kept with the sources, sought from the program's folder upwards, then from the working folder.
std::optional<std::filesystem::path> kept_recordings();

}  // namespace converge::scenarios::recorded
