#include "scenarios/ledger.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <nlohmann/json.hpp>

#include "scenarios/cli_output.hpp"
#include "sim/hash.hpp"

namespace converge::scenarios {

namespace {

using Json = nlohmann::ordered_json;

// The line without its closing brace, hashed: , "sum": "..."}
std::string sealed(const Json& line) {
  std::string text = line.dump(-1, ' ', true);
  text.pop_back();
  return fmt::format("{},\"sum\":\"{:016x}\"}}\n", text, sim::hash_of(text));
}

bool seal_holds(const std::string& line) {
  constexpr std::size_t tail = sizeof(R"(,"sum":"0123456789abcdef"})") - 1;
  if (line.size() <= tail) return false;
  const std::string text = line.substr(0, line.size() - tail);
  return line.substr(text.size()) == fmt::format(",\"sum\":\"{:016x}\"}}", sim::hash_of(text));
}

Json to_json(const sim::Stretch& s) {
  const sim::Tally& t = s.tally;
  Json least = Json::array();
  Json first = Json::array();
  for (const sim::Least& l : t.least) least.push_back({l.margin, l.schedule});
  for (const auto& f : t.first_broken) first.push_back(f ? Json(*f) : Json());
  Json times = Json::array();
  for (const auto& [value, count] : t.convergence.counts()) times.push_back({value, count});
  Json silences = Json::array();
  for (const auto& [silence, count] : t.silences) silences.push_back({silence.why, silence.leaves_open, count});
  // Key, count, key, count: each key as its distance from the one before.
  Json bands = Json::array();
  sim::Bands::Key before = 0;
  for (const auto& [key, count] : t.bands.cells()) {
    bands.push_back(key - before);
    bands.push_back(count);
    before = key;
  }
  const auto longest = t.convergence.longest();
  return {{"from", s.from},
          {"schedules", t.schedules},
          {"violated", t.violated},
          {"broken", t.broken},
          {"least", least},
          {"first_broken", first},
          {"convergence", times},
          {"longest", longest ? Json(longest->us) : Json()},
          {"never", t.convergence.never()},
          {"asked", t.asked},
          {"fired", t.fired},
          {"finished", t.finished},
          {"disagreed", t.disagreed},
          {"bands", bands},
          {"silences", silences}};
}

sim::Stretch from_json(const Json& j) {
  sim::Stretch s;
  sim::Tally& t = s.tally;
  j.at("from").get_to(s.from);
  j.at("schedules").get_to(t.schedules);
  j.at("violated").get_to(t.violated);
  j.at("broken").get_to(t.broken);
  for (const Json& l : j.at("least")) t.least.push_back({l.at(0).get<std::int64_t>(), l.at(1).get<std::uint64_t>()});
  for (const Json& f : j.at("first_broken")) {
    t.first_broken.push_back(f.is_null() ? std::nullopt : std::optional(f.get<std::uint64_t>()));
  }
  std::map<std::int64_t, std::uint64_t> counts;
  for (const Json& c : j.at("convergence")) counts.emplace(c.at(0).get<std::int64_t>(), c.at(1).get<std::uint64_t>());
  std::optional<sim::Duration> longest;
  if (!j.at("longest").is_null()) longest = sim::Duration{j.at("longest").get<std::int64_t>()};
  t.convergence = sim::Quantiles::of(std::move(counts), j.at("never").get<std::uint64_t>(), longest);
  j.at("asked").get_to(t.asked);
  j.at("fired").get_to(t.fired);
  j.at("finished").get_to(t.finished);
  j.at("disagreed").get_to(t.disagreed);
  const Json& bands = j.at("bands");
  std::vector<std::pair<sim::Bands::Key, std::uint64_t>> cells;
  sim::Bands::Key key = 0;
  for (std::size_t i = 0; i < bands.size(); i += 2) {
    key += bands.at(i).get<sim::Bands::Key>();
    cells.emplace_back(key, bands.at(i + 1).get<std::uint64_t>());
  }
  t.bands = sim::Bands::of(std::move(cells));
  for (const Json& q : j.at("silences"))
    t.silences[{q.at(0).get<std::string>(), q.at(1).get<bool>()}] = q.at(2).get<std::uint64_t>();
  return s;
}

}  // namespace

std::string ledger_header(const CampaignKey& key) {
  return sealed({{"converge", CONVERGE_VERSION},
                 {"ledger", 2},
                 {"scenario", fmt::format("{:016x}", key.scenario)},
                 {"seed", std::to_string(key.seed)},
                 {"swarm", key.swarm}});
}

std::string ledger_line(const sim::Stretch& stretch) { return sealed(to_json(stretch)); }

LedgerText parse_ledger(const std::string& text, const CampaignKey& key) {
  LedgerText ledger;
  std::size_t number = 0;
  std::map<std::uint64_t, std::uint64_t> ends;
  const auto problem = [&](std::string found, std::string expected) {
    ledger.problems.push_back(
        {.line = number, .column = 1, .found = std::move(found), .expected = std::move(expected)});
  };
  const auto another = [&](const std::string& first) {  // or no ledger at all: what is in it must not be lost
    problem("a ledger of another campaign: " + in_quotes(first),
            "one of this scenario, seed and version, or a file that does not exist yet");
  };
  while (ledger.good < text.size()) {
    ++number;
    const std::size_t end = text.find('\n', ledger.good);
    if (end == std::string::npos) {  // cut short by whatever ended the last run
      if (number == 1 && !ledger_header(key).starts_with(text)) another(text);
      break;
    }
    const std::string line = text.substr(ledger.good, end - ledger.good);
    if (number == 1) {
      if (line + "\n" != ledger_header(key)) {
        another(line);
        return ledger;
      }
    } else if (!seal_holds(line)) {
      problem("a line that is not as it was written", "the ledger as converge left it");
      return ledger;
    } else {
      try {
        sim::Stretch stretch = from_json(Json::parse(line));
        const bool fresh = ends.emplace(stretch.from, stretch.from + stretch.tally.schedules).second;
        if (!fresh) throw std::out_of_range{"twice"};
        ledger.stretches.push_back(std::move(stretch));
      } catch (const std::exception&) {
        problem("a stretch of schedules that cannot be read, or is there twice", "the ledger as converge left it");
        return ledger;
      }
    }
    ledger.good = end + 1;
  }
  std::uint64_t end = 0;
  for (const auto& [from, until] : ends) {
    if (from < end) problem("stretches of schedules that overlap", "the ledger as converge left it");
    end = std::max(end, until);
  }
  return ledger;
}

Ledger::Ledger(std::string path, const CampaignKey& key, std::size_t good) : path_{std::move(path)} {
  file_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  const bool alone = file_ >= 0 && ::flock(file_, LOCK_EX | LOCK_NB) == 0;
  if (!alone || ::ftruncate(file_, static_cast<off_t>(good)) != 0) {
    const bool busy = file_ >= 0 && !alone;
    if (file_ >= 0) ::close(file_);
    throw CannotWrite{printable(path_) + (busy ? ": another campaign is writing it" : ": cannot be written")};
  }
  if (good == 0) write(ledger_header(key));
}

Ledger::~Ledger() {
  if (file_ >= 0) ::close(file_);
}

void Ledger::append(const sim::Stretch& stretch) { write(ledger_line(stretch)); }

// In one piece: what a kill leaves is whole lines, but for the last.
void Ledger::write(const std::string& line) {
  std::size_t written = 0;
  while (written < line.size()) {
    const ssize_t n = ::write(file_, line.data() + written, line.size() - written);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) throw CannotWrite{printable(path_) + ": cannot be written"};
    written += static_cast<std::size_t>(n);
  }
}

}  // namespace converge::scenarios
