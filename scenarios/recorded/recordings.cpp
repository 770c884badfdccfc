#include "scenarios/recorded/recordings.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <memory>
#include <regex>

#include "scenarios/json_text.hpp"

namespace converge::scenarios::recorded {

namespace fs = std::filesystem;

namespace {

// Empty: no recording.
std::string group_of(const fs::path& path) {
  std::string name = path.filename().string();
  if (name.ends_with(".gz")) name.resize(name.size() - 3);
  constexpr std::string_view ending = ".jsonl";
  if (name.size() <= ending.size() || !name.ends_with(ending)) return {};
  name.resize(name.size() - ending.size());
  return name;
}

std::vector<fs::path> entries(const fs::path& folder) {
  std::vector<fs::path> all;
  std::error_code ignored;
  for (fs::directory_iterator it{folder, ignored}, end; it != end; it.increment(ignored)) {
    all.push_back(it->path());
    if (ignored) break;
  }
  std::sort(all.begin(), all.end());
  return all;
}

std::string version_of(const fs::path& folder) {
  constexpr std::size_t readme_bytes_max = 64 * 1024;
  const std::string text = read_file((folder / "README.md").string(), readme_bytes_max).text;
  std::smatch found;
  return std::regex_search(text, found, std::regex{R"(\b\d+\.\d+\.\d+\b)"}) ? found.str() : std::string{};
}

std::optional<RecordingFolder> recordings_of(const fs::path& folder) {
  RecordingFolder all{.path = folder};
  for (const fs::path& path : entries(folder)) {
    std::string group = group_of(path);
    std::error_code ignored;
    if (!group.empty() && fs::is_regular_file(path, ignored)) all.files.push_back({path, std::move(group)});
  }
  if (all.files.empty()) return std::nullopt;
  all.version = version_of(folder);
  return all;
}

}  // namespace

std::vector<RecordingFolder> find_recordings(const fs::path& folder) {
  if (std::optional<RecordingFolder> itself = recordings_of(folder)) return {*std::move(itself)};
  std::vector<RecordingFolder> all;
  for (const fs::path& path : entries(folder)) {
    std::error_code ignored;
    if (!fs::is_directory(path, ignored)) continue;
    if (std::optional<RecordingFolder> one = recordings_of(path)) all.push_back(*std::move(one));
  }
  return all;
}

std::optional<Problem> read_lines(const RecordingFile& file,
                                  const std::function<bool(std::size_t, const std::string&)>& line) {
  const auto cannot = [&](std::size_t number, std::string found, std::string expected) {
    return Problem{.line = number, .column = 1, .found = std::move(found), .expected = std::move(expected)};
  };
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> open{gzopen(file.path.c_str(), "rb"), gzclose};
  if (!open) return cannot(0, "a file that cannot be opened", "a file that can be read");
  gzbuffer(open.get(), 1 << 17);
  std::array<char, 1 << 16> part;
  std::string text;
  for (std::size_t number = 1;;) {
    const char* const read = gzgets(open.get(), part.data(), static_cast<int>(part.size()));
    if (read == nullptr) {
      int error = Z_OK;
      gzerror(open.get(), &error);
      // Z_BUF_ERROR: the file ends in the middle of what was packed.
      if (error != Z_OK && error != Z_STREAM_END)
        return cannot(number, "packed data that is broken", "a whole gzip file");
      if (!text.empty()) line(number, text);
      return std::nullopt;
    }
    text += read;
    if (text.size() > line_bytes_max) {
      return cannot(number, "a longer line", fmt::format("at most {} bytes a case", line_bytes_max));
    }
    if (text.empty() || text.back() != '\n') continue;
    text.pop_back();
    if (!text.empty() && !line(number, text)) return std::nullopt;
    text.clear();
    ++number;
  }
}

std::optional<fs::path> kept_recordings() {
  std::error_code ignored;
  const fs::path program = fs::read_symlink("/proc/self/exe", ignored);
  std::vector<fs::path> places;
  for (fs::path at = program.parent_path(); !at.empty() && at != at.root_path(); at = at.parent_path()) {
    places.push_back(at);
  }
  places.push_back(fs::current_path(ignored));
  for (const fs::path& place : places) {
    const fs::path folder = place / "tests/recordings";
    if (fs::is_directory(folder, ignored)) return folder;
  }
  return std::nullopt;
}

}  // namespace converge::scenarios::recorded
