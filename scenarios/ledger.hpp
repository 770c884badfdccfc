// The ledger of a campaign: one line for each stretch of schedules that ran, written whole as soon as it ends. After a
// crash or a kill the campaign goes on from it; a last line that was cut short is dropped, and its stretch runs again.
//
// JSON lines. The first says which campaign it is: a ledger of another scenario, seed or version is refused. Each line
// ends with a hash of the rest of it, so what a disk or an editor did to it is found.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/problem.hpp"
#include "sim/campaign.hpp"

namespace converge::scenarios {

// What two runs of a campaign must have in common.
struct CampaignKey {
  std::uint64_t scenario = 0;  // fingerprint
  std::uint64_t seed = 0;
  bool swarm = false;

  bool operator==(const CampaignKey&) const = default;
};

struct LedgerText {
  std::vector<sim::Stretch> stretches;
  std::size_t good = 0;  // bytes up to the end of the last whole line
  std::vector<Problem> problems;
};

LedgerText parse_ledger(const std::string& text, const CampaignKey&);
std::string ledger_header(const CampaignKey&);  // with its line break, as the next
std::string ledger_line(const sim::Stretch&);

// An open ledger: a new one, or one that goes on. Throws CannotWrite.
class Ledger {
 public:
  // `good` bytes of the file stand; 0: it begins anew, with the header.
  Ledger(std::string path, const CampaignKey&, std::size_t good);
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;
  ~Ledger();

  void append(const sim::Stretch&);

 private:
  void write(const std::string& line);

  std::string path_;
  int file_ = -1;
};

}  // namespace converge::scenarios
