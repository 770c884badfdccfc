// Reads every product source and names what may not stand there, with what to use instead: whatever could make a run
// depend on anything but its scenario and its schedule, and includes against the arrows between the folders.
//
// It reads tokens and not meanings: an alias, a macro or a container typed by `auto` gets past it. What it cannot see,
// the golden hashes under several compilers and optimisation levels do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace fs = std::filesystem;
using namespace std::literals;

// ---------------------------------------------------------------------------------------------------------------------
// What may break a ban, and why: the ban, and the start of the paths that may.

struct Permit {
  std::string_view ban;
  std::string_view path;
  std::string_view because;
};

constexpr std::array permits{
    Permit{"wall_clock", "scenarios/main.cpp", "shows progress and obeys --time-limit; no result holds a time of it"},
    Permit{"wall_clock", "scenarios/cli_", "the same, one file per group of commands"},
    Permit{"wall_clock", "scenarios/progress.", "the progress line on standard error"},
    Permit{"libm", "sim/graph.cpp", "the logarithm of how many schedules there are, for people"},
    Permit{"libm", "sim/law.cpp", "the distribution functions of laws, which describe draws and give none"},
    Permit{"libm", "sim/probability.cpp", "floor, ceil and round, which are exact everywhere"},
    Permit{"libm", "sim/sequential.cpp", "logarithms of a bet's capital, over campaigns and not in a run"},
    Permit{"libm", "sim/splitting.cpp", "the spread of estimates that are all there, in `summary`"},
    Permit{"environment", "scenarios/main.cpp", "NO_COLOR and the like: how an answer looks, never what it is"},
    Permit{"environment", "scenarios/cli_", "the same"},
};

// A file of sim/ or models/ may compute with floating point when it only describes results that are already decided. It
// is listed here, and its header comment says "floating point" and why that is safe.
constexpr std::array<std::string_view, 23> floating_point_files{
    "sim/verdict.hpp",
    "sim/conformance.hpp",
    "models/campaign.hpp",
    "models/campaign.cpp",
    "sim/probability.hpp",
    "sim/probability.cpp",
    "models/counterexample.hpp",
    "models/counterexample.cpp",
    "models/explore.hpp",
    "models/explore.cpp",
    "sim/interval.hpp",
    "sim/interval.cpp",
    "sim/sequential.hpp",
    "sim/sequential.cpp",
    "sim/splitting.hpp",
    "sim/splitting.cpp",
    "sim/graph.hpp",
    "sim/graph.cpp",
    "sim/law.hpp",
    "sim/law.cpp",
    "sim/odds.hpp",
    "sim/odds.cpp",
    "models/orderings.cpp",
};

// ---------------------------------------------------------------------------------------------------------------------
// From text to tokens.

struct Token {
  std::string text;
  std::size_t line = 0;
};

bool starts_name(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool continues_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool is_name(std::string_view s) { return !s.empty() && starts_name(s[0]); }

// Whether a quote after `before` opens a raw string, and not a plain one: R"( or one of its prefixed forms.
bool opens_raw_string(std::string_view before) {
  return before == "R" || before == "LR" || before == "uR" || before == "UR" || before == "u8R";
}

// Names, numbers, `::`, `->` and single characters; no comments, and "" for each string or character literal.
// Preprocessor lines are read like all others, but an #include is one token: "#include <ctime>".
class Tokenizer {
 public:
  explicit Tokenizer(std::string_view text) : text_(text) {}

  std::vector<Token> tokens() {
    while (at_ < text_.size()) step();
    return std::move(tokens_);
  }

 private:
  bool at(std::string_view what) const { return text_.substr(at_).starts_with(what); }

  void step() {
    const char c = text_[at_];
    if (c == '\n' || std::isspace(static_cast<unsigned char>(c)) != 0) return advance(1);
    if (at("//")) return advance_to_line_end();
    if (at("/*")) return advance_past("*/");
    if (c == '#' && include()) return;
    if (starts_name(c)) return name();
    if (std::isdigit(static_cast<unsigned char>(c)) != 0) return number();
    if (c == '"' || c == '\'') return literal(c);
    if (at("::") || at("->")) return take(2);
    take(1);
  }

  void advance(std::size_t n) {
    for (const std::size_t end = std::min(at_ + n, text_.size()); at_ < end; ++at_)
      line_ += text_[at_] == '\n' ? 1U : 0U;
  }
  void advance_past(std::string_view what) {
    const std::size_t found = text_.find(what, at_ + 1);
    advance(found == text_.npos ? text_.size() : found + what.size() - at_);
  }
  void advance_to_line_end() {
    while (at_ < text_.size() && text_[at_] != '\n') advance(at("\\\n") ? 2 : 1);
  }
  void take(std::size_t n) {
    tokens_.push_back({std::string(text_.substr(at_, n)), line_});
    advance(n);
  }

  void name() {
    std::size_t n = 1;
    while (at_ + n < text_.size() && continues_name(text_[at_ + n])) ++n;
    const std::string_view word = text_.substr(at_, n);
    if (at_ + n < text_.size() && text_[at_ + n] == '"' && opens_raw_string(word)) {
      const std::size_t open = text_.find('(', at_ + n);
      if (open == text_.npos) return advance(text_.size());
      const std::string close = ")" + std::string(text_.substr(at_ + n + 1, open - at_ - n - 1)) + "\"";
      tokens_.push_back({"\"\"", line_});
      advance(open - at_);
      return advance_past(close);
    }
    take(n);
  }

  void number() {  // with the quotes that separate its digits, its suffix, and the sign of its exponent
    std::size_t n = 1;
    for (; at_ + n < text_.size(); ++n) {
      const char c = text_[at_ + n];
      const char last = text_[at_ + n - 1];
      const bool hex = text_[at_] == '0' && (text_[at_ + 1] == 'x' || text_[at_ + 1] == 'X');
      const bool signs_exponent =
          (c == '+' || c == '-') && (hex ? last == 'p' || last == 'P' : last == 'e' || last == 'E');
      if (!continues_name(c) && c != '.' && c != '\'' && !signs_exponent) break;
    }
    take(n);
  }

  void literal(char quote) {
    tokens_.push_back({"\"\"", line_});
    advance(1);
    while (at_ < text_.size() && text_[at_] != quote && text_[at_] != '\n') advance(text_[at_] == '\\' ? 2 : 1);
    advance(1);
  }

  bool include() {
    std::size_t i = at_ + 1;
    while (i < text_.size() && (text_[i] == ' ' || text_[i] == '\t')) ++i;
    if (!text_.substr(i).starts_with("include")) return false;
    i = text_.find_first_of("<\"\n", i);
    if (i == text_.npos || text_[i] == '\n') return false;
    const std::size_t end = text_.find_first_of(">\"\n", i + 1);
    if (end == text_.npos || text_[end] == '\n') return false;
    tokens_.push_back({"#include " + std::string(text_.substr(i, end + 1 - i)), line_});
    advance(end + 1 - at_);
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::vector<Token> tokens_;
};

// ---------------------------------------------------------------------------------------------------------------------
// Questions about a place among the tokens.

using Tokens = std::vector<Token>;
using Names = std::set<std::string_view>;

std::string_view text_at(const Tokens& tokens, std::size_t i) {
  return i < tokens.size() ? std::string_view(tokens[i].text) : ""sv;  // one before the first wraps to past the last
}
bool is_in_std(const Tokens& tokens, std::size_t i) {  // std::NAME, std::ranges::NAME, std::chrono::NAME
  if (text_at(tokens, i - 1) != "::") return false;
  const std::string_view scope = text_at(tokens, i - 2);
  return scope == "std" ||
         ((scope == "ranges" || scope == "chrono" || scope == "this_thread") && is_in_std(tokens, i - 2));
}
// A call of a function with this name, as far as tokens tell: followed by `(`, and neither a member, nor of another
// namespace, nor being declared (a type stands before it then).
bool is_called(const Tokens& tokens, std::size_t i) {
  if (text_at(tokens, i + 1) != "(") return false;
  const std::string_view before = text_at(tokens, i - 1);
  if (before == "." || before == "->") return false;
  if (before == "::") return is_in_std(tokens, i) || !is_name(text_at(tokens, i - 2));
  return !is_name(before) || Names{"return", "co_return", "co_yield", "else", "do", "case"}.contains(before);
}
// The texts of the first template argument after `i`, which is at the template's name; empty when there is none.
std::vector<std::string_view> first_argument(const Tokens& tokens, std::size_t i) {
  std::vector<std::string_view> argument;
  if (text_at(tokens, i + 1) != "<") return argument;
  int depth = 0;
  for (std::size_t at = i + 2; at < tokens.size(); ++at) {
    const std::string_view text = tokens[at].text;
    if (depth == 0 && (text == "," || text == ">")) return argument;
    if (text == "<" || text == "(") ++depth;
    if (text == ">" || text == ")") --depth;
    argument.push_back(text);
  }
  return {};
}
bool is_pointer(const std::vector<std::string_view>& type) {
  if (type.empty()) return false;
  if (type.back() == "*" || (type.size() > 1 && type.back() == "const" && type[type.size() - 2] == "*")) return true;
  return std::ranges::any_of(type, [](auto t) { return t == "shared_ptr" || t == "unique_ptr"; });
}
// How many arguments a call has, and the first name among them; `i` is at its `(`.
struct Arguments {
  std::size_t count = 1;
  std::string_view first_name;
};
Arguments arguments(const Tokens& tokens, std::size_t i) {
  Arguments result;
  int depth = 0;
  for (std::size_t at = i; at < tokens.size(); ++at) {
    const std::string_view text = tokens[at].text;
    if (text == "(" || text == "{" || text == "[") ++depth;
    if ((text == ")" || text == "}" || text == "]") && --depth == 0) break;
    if (depth == 1 && text == ",") ++result.count;
    if (result.first_name.empty() && is_name(text) && text != "std" && text_at(tokens, at + 1) != "::" &&
        text_at(tokens, at + 1) != "(") {
      result.first_name = text;
    }
  }
  return result;
}
// Variables and members declared in these tokens as a sequence of pointers: `std::vector<Step*> steps`.
Names sequences_of_pointers(const Tokens& tokens) {
  static const Names sequences{"vector", "array", "deque", "span", "small_vector", "static_vector"};
  Names found;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (!sequences.contains(tokens[i].text) || !is_pointer(first_argument(tokens, i))) continue;
    int depth = 0;
    for (std::size_t at = i + 1; at < tokens.size(); ++at) {
      depth += tokens[at].text == "<" ? 1 : tokens[at].text == ">" ? -1 : 0;
      if (depth > 0) continue;
      while (text_at(tokens, at + 1) == "&" || text_at(tokens, at + 1) == "const") ++at;
      if (is_name(text_at(tokens, at + 1))) found.insert(text_at(tokens, at + 1));
      break;
    }
  }
  return found;
}
bool is_floating_literal(std::string_view text) {
  if (text.empty() || std::isdigit(static_cast<unsigned char>(text[0])) == 0) return false;
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  return text.find('.') != text.npos || text.find_first_of(hex ? "pP" : "eE") != text.npos;
}

// ---------------------------------------------------------------------------------------------------------------------
// The bans.

struct Source {
  std::string path;  // from the root of the checkout: "sim/time.cpp"
  std::string text;
};

struct Ban {
  std::string_view name;
  std::string_view instead;
  std::vector<std::string_view> folders;
  // Whether the token at `i` breaks it. `pointers` are the file's sequences of pointers.
  std::function<bool(const Tokens& tokens, std::size_t i, const Names& pointers)> breaks;
  std::string_view planted;  // a snippet, of the first of the folders, that it must catch
};

bool is_any(const Tokens& tokens, std::size_t i, const Names& names) { return names.contains(text_at(tokens, i)); }

// The ban on including any of these folders.
auto includes_folder(Names folders) {
  return [folders](const Tokens& tokens, std::size_t i, const Names&) {
    const std::string_view text = text_at(tokens, i);
    return std::ranges::any_of(folders, [&](auto f) { return text.starts_with("#include \"" + std::string(f) + "/"); });
  };
}

const std::vector<Ban>& bans() {
  static const std::vector<std::string_view> everywhere{"sim", "models", "scenarios", "reports"};
  static const std::vector<std::string_view> deciding{"sim", "models"};
  static const std::vector<Ban> all{
      {"random_device", "a seed from the scenario or --seed: the same pair must give the same run", everywhere,
       [](const Tokens& t, std::size_t i, const Names&) { return is_any(t, i, {"random_device"}); },
       "auto seed = std::random_device{}();"},
      {"random_engine", "the counter-based draws of sim/random.hpp, keyed by seed and choice name", everywhere,
       [](const Tokens& t, std::size_t i, const Names&) {
         return is_any(t, i,
                       {"mt19937", "mt19937_64", "minstd_rand", "minstd_rand0", "default_random_engine", "knuth_b",
                        "ranlux24", "ranlux48", "ranlux24_base", "ranlux48_base", "seed_seq", "#include <random>"});
       },
       "std::mt19937_64 engine{seed};"},
      {"distribution", "a domain of sim/choice.hpp; each standard library has its own std::*_distribution", everywhere,
       [](const Tokens& t, std::size_t i, const Names&) {
         return is_in_std(t, i) && text_at(t, i).ends_with("_distribution");
       },
       "std::uniform_int_distribution<int> die{1, 6};"},
      {"shuffle", "an order from a choice; each standard library shuffles and samples in its own way", everywhere,
       [](const Tokens& t, std::size_t i, const Names&) {
         return is_any(t, i, {"shuffle", "random_shuffle", "sample"}) && is_in_std(t, i);
       },
       "std::shuffle(steps.begin(), steps.end(), bits);"},
      {"rand", "the counter-based draws of sim/random.hpp, keyed by seed and choice name", everywhere,
       [](const Tokens& t, std::size_t i, const Names&) {
         return is_any(t, i, {"rand", "srand", "rand_r", "random", "drand48", "lrand48", "getrandom", "getentropy"}) &&
                is_called(t, i);
       },
       "const int die = rand() % 6;"},
      {"wall_clock", "virtual time: an Instant from the Context; a run may not know when it is run", everywhere,
       [](const Tokens& t, std::size_t i, const Names&) {
         return is_any(t, i,
                       {"system_clock", "steady_clock", "high_resolution_clock", "file_clock", "utc_clock", "tai_clock",
                        "gps_clock", "#include <ctime>", "#include <time.h>", "#include <sys/time.h>"}) ||
                (is_any(t, i,
                        {"time", "clock", "gettimeofday", "clock_gettime", "timespec_get", "localtime", "gmtime"}) &&
                 is_called(t, i));
       },
       "const auto now = std::chrono::steady_clock::now();"},
      {"sleep", "an event later in virtual time; nothing here waits", everywhere,
       [](const Tokens& t, std::size_t i, const Names&) {
         return is_any(t, i, {"sleep_for", "sleep_until", "usleep", "nanosleep"});
       },
       "std::this_thread::sleep_for(pause);"},
      {"build_time", "CONVERGE_VERSION; two builds of one commit are the same program", everywhere,
       [](const Tokens& t, std::size_t i, const Names&) {
         return is_any(t, i, {"__DATE__", "__TIME__", "__TIMESTAMP__"});
       },
       "constexpr auto built = __DATE__;"},
      {"unordered_container", "std::map, a sorted vector, or boost flat_map: a hash table's order is nobody's choice",
       everywhere,
       [](const Tokens& t, std::size_t i, const Names&) {
         return is_any(t, i,
                       {"unordered_map", "unordered_set", "unordered_multimap", "unordered_multiset", "flat_hash_map",
                        "flat_hash_set", "node_hash_map", "node_hash_set", "unordered_flat_map", "unordered_flat_set",
                        "#include <unordered_map>", "#include <unordered_set>"});
       },
       "std::unordered_map<int, int> counts;"},
      {"std_hash", "sim::Hasher or sim::fingerprint, the same on every machine", everywhere,
       [](const Tokens& t, std::size_t i, const Names&) {
         return (is_any(t, i, {"hash"}) && is_in_std(t, i)) || is_any(t, i, {"hash_code", "hash_value"});
       },
       "return std::hash<std::string>{}(name);"},
      {"floating_point", "whole numbers: sim/fixed_point.hpp, or parts per million", deciding,
       [](const Tokens& t, std::size_t i, const Names&) {
         return is_any(t, i, {"float", "double"}) || is_floating_literal(text_at(t, i));
       },
       "const auto half = 0.5 * lag;"},
      {"libm", "sim/fixed_point.hpp: libm rounds differently from one machine to the next", deciding,
       [](const Tokens& t, std::size_t i, const Names&) {
         static const Names functions{
             "sqrt", "cbrt",  "pow",   "exp",    "exp2",    "expm1", "log",  "log2", "log10",  "log1p",  "sin",
             "cos",  "tan",   "asin",  "acos",   "atan",    "atan2", "sinh", "cosh", "tanh",   "hypot",  "floor",
             "ceil", "round", "trunc", "lround", "llround", "fmod",  "erf",  "erfc", "tgamma", "lgamma", "fma"};
         return is_any(t, i, {"#include <cmath>", "#include <math.h>", "#include <complex>"}) ||
                (functions.contains(text_at(t, i)) && is_in_std(t, i) && text_at(t, i + 1) == "(");
       },
       "const auto wait = std::exp(x);"},
      {"thread_id", "the ActorId, or the number of the run in its campaign", everywhere,
       [](const Tokens& t, std::size_t i, const Names&) {
         return is_any(t, i, {"get_id", "pthread_self", "gettid", "sched_getcpu"}) ||
                (is_any(t, i, {"id"}) && text_at(t, i - 1) == "::" && text_at(t, i - 2) == "thread");
       },
       "log(std::this_thread::get_id());"},
      {"process_id", "the fingerprint of the scenario, or a name that the caller gives", everywhere,
       [](const Tokens& t, std::size_t i, const Names&) {
         return is_any(t, i, {"getpid", "gethostname"}) && is_called(t, i);
       },
       "const auto name = getpid();"},
      {"address", "an id or an index: addresses differ from run to run", everywhere,
       [](const Tokens& t, std::size_t i, const Names&) {
         if (is_any(t, i, {"uintptr_t", "intptr_t"})) return true;
         if (is_any(t, i, {"ptr"}) && text_at(t, i - 1) == "::" && text_at(t, i - 2) == "fmt") return true;
         if (!is_any(t, i, {"reinterpret_cast"})) return false;
         const auto target = first_argument(t, i);
         return std::ranges::none_of(target, [](auto part) { return part == "*" || part == "&"; });
       },
       "const auto key = reinterpret_cast<std::size_t>(&actor);"},
      {"pointer_key", "an id as the key: pointers are ordered by where the allocator put things", everywhere,
       [](const Tokens& t, std::size_t i, const Names&) {
         return is_any(t, i, {"map", "set", "multimap", "multiset", "flat_map", "flat_set", "less", "greater"}) &&
                text_at(t, i - 1) == "::" && is_pointer(first_argument(t, i));
       },
       "std::map<const Actor*, int> lag;"},
      {"pointer_sort",
       "a comparison by id as the last argument: pointers are ordered by where the allocator put things", everywhere,
       [](const Tokens& t, std::size_t i, const Names& pointers) {
         if (!is_any(t, i, {"sort", "stable_sort"}) || !is_in_std(t, i) || text_at(t, i + 1) != "(") return false;
         const Arguments given = arguments(t, i + 1);
         const std::size_t needed = text_at(t, i - 2) == "ranges" ? 1 : 2;
         return given.count <= needed && pointers.contains(given.first_name);
       },
       "std::vector<Step*> steps; std::sort(steps.begin(), steps.end());"},
      {"locale", "fmt and std::to_chars, which ask no locale", everywhere,
       [](const Tokens& t, std::size_t i, const Names&) {
         return is_any(t, i, {"setlocale", "imbue", "#include <locale>", "#include <clocale>"}) ||
                (is_any(t, i, {"locale"}) && is_in_std(t, i));
       },
       "std::setlocale(LC_ALL, name);"},
      {"environment", "a flag or a field of the scenario; only the command line looks at the environment", everywhere,
       [](const Tokens& t, std::size_t i, const Names&) {
         return is_any(t, i, {"getenv", "secure_getenv", "environ"});
       },
       "const char* home = std::getenv(name);"},
      {"arrow_from_sim",
       "nothing: sim is used by the other folders, and knows none of them",
       {"sim"},
       includes_folder({"models", "scenarios", "reports", "tests"}),
       "#include \"models/kafka.hpp\""},
      {"arrow_from_models",
       "sim/ alone: models know neither files nor documents",
       {"models"},
       includes_folder({"scenarios", "reports", "tests"}),
       "#include \"scenarios/problem.hpp\""},
      {"arrow_from_reports",
       "sim/ alone: reports read results and never a model",
       {"reports"},
       includes_folder({"models", "scenarios", "tests"}),
       "#include \"models/kafka.hpp\""},
      {"arrow_from_scenarios",
       "models/ and sim/; only main.cpp and cli_*.cpp see all four folders",
       {"scenarios"},
       includes_folder({"reports", "tests"}),
       "#include \"reports/text.hpp\""},
  };
  return all;
}

bool permitted(const Ban& ban, std::string_view path) {
  if (ban.name == "floating_point") return std::ranges::find(floating_point_files, path) != floating_point_files.end();
  if (ban.name == "arrow_from_scenarios") return path == "scenarios/main.cpp" || path.starts_with("scenarios/cli_");
  return std::ranges::any_of(permits, [&](const Permit& p) { return p.ban == ban.name && path.starts_with(p.path); });
}

bool applies(const Ban& ban, std::string_view path) {
  return std::ranges::find(ban.folders, path.substr(0, path.find('/'))) != ban.folders.end();
}

struct Finding {
  std::string_view ban;
  std::string text;  // "sim/time.cpp:12: `rand` (rand). Use instead: ..."
};

std::vector<Finding> findings(const Source& source, bool with_permits = true) {
  const Tokens tokens = Tokenizer(source.text).tokens();
  const Names pointers = sequences_of_pointers(tokens);
  std::vector<Finding> found;
  for (const Ban& ban : bans()) {
    if (!applies(ban, source.path) || (with_permits && permitted(ban, source.path))) continue;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (!ban.breaks(tokens, i, pointers)) continue;
      found.push_back({ban.name, source.path + ":" + std::to_string(tokens[i].line) + ": `" + tokens[i].text + "` (" +
                                     std::string(ban.name) + "). Use instead: " + std::string(ban.instead)});
    }
  }
  return found;
}

std::vector<std::string> texts(const std::vector<Finding>& found) {
  std::vector<std::string> result;
  for (const Finding& f : found) result.push_back(f.text);
  return result;
}

std::vector<Source> product_sources() {
  const fs::path root = CONVERGE_SOURCE_DIR;
  std::vector<Source> sources;
  for (const auto* folder : {"sim", "models", "scenarios", "reports"}) {
    if (!fs::exists(root / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      if (entry.path().extension() != ".hpp" && entry.path().extension() != ".cpp") continue;
      std::ostringstream text;
      text << std::ifstream(entry.path(), std::ios::binary).rdbuf();
      sources.push_back({entry.path().lexically_relative(root).generic_string(), text.str()});
    }
  }
  std::ranges::sort(sources, {}, &Source::path);
  return sources;
}

// ---------------------------------------------------------------------------------------------------------------------

TEST(BannedSources, HoldNothingThatWouldMakeARunDependOnMoreThanItsScenarioAndSchedule) {
  const auto sources = product_sources();
  ASSERT_GE(sources.size(), 3U) << "no sources were found under " << CONVERGE_SOURCE_DIR;
  for (const Source& source : sources) {
    for (const Finding& finding : findings(source)) ADD_FAILURE() << finding.text;
  }
}

TEST(BannedSources, ComputeWithFloatingPointOnlyWhereTheHeaderCommentSaysWhy) {
  for (const Source& source : product_sources()) {
    if (std::ranges::find(floating_point_files, source.path) == floating_point_files.end()) continue;
    const std::string header = source.text.substr(0, source.text.find("\n#"));
    const bool says_why = header.find("loating point") != std::string::npos;  // at the start of a sentence, too
    EXPECT_TRUE(says_why) << source.path << " must say why it may";
  }
}

TEST(BannedSources, ArePermittedOnlyWhatABanForbidsInFilesThatExist) {
  const auto sources = product_sources();
  for (const std::string_view path : floating_point_files) {
    EXPECT_TRUE(std::ranges::any_of(sources, [&](const Source& s) { return s.path == path; })) << path << " is gone";
  }
  for (const Permit& permit : permits) {
    EXPECT_TRUE(std::ranges::any_of(bans(), [&](const Ban& b) { return b.name == permit.ban; })) << permit.ban;
  }
}

class EveryBan : public testing::TestWithParam<std::size_t> {
 protected:
  const Ban& ban() const { return bans()[GetParam()]; }
  std::string path() const { return std::string(ban().folders.front()) + "/planted.cpp"; }
};

TEST_P(EveryBan, CatchesItsPlantedSnippetAndNamesTheLine) {
  const auto found = findings({path(), "// A comment.\n\n" + std::string(ban().planted) + "\n"});
  ASSERT_EQ(found.size(), 1U) << testing::PrintToString(texts(found));
  EXPECT_EQ(found[0].ban, ban().name);
  EXPECT_THAT(found[0].text, testing::StartsWith(path() + ":3: "));
  EXPECT_THAT(found[0].text, testing::EndsWith(std::string(ban().instead)));
}

TEST_P(EveryBan, LeavesCommentsAndStringsAlone) {
  const std::string planted(ban().planted);
  std::string text =
      "// " + planted + "\n/* \n" + planted + " */\nauto a = R\"x(\n\"" + planted + ")x\"; int c = '\"'; // \"\n";
  if (planted.find('"') == planted.npos) text += "auto b = \"\\\"" + planted + "\";\n";
  EXPECT_THAT(texts(findings({path(), text})), testing::IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Bans, EveryBan, testing::Range(std::size_t{0}, bans().size()),
                         [](const auto& suite) { return std::string(bans()[suite.param].name); });

TEST(BannedSources, AreReadAsCodeAndNotAsText) {
  // Each of these is close to a ban and breaks none.
  for (const char* innocent : {
           "const auto n = 1'000'000; const int e = 0xE1; const int f = 0x1e;",
           "Duration time(Duration cadence); event.time(); clock_->time(now); sim::clock(now); Instant clock(int);",
           "const auto seconds = std::chrono::seconds(3);",
           "std::map<ActorId, const Actor*> owners; std::map<std::pair<A, B>, int> pairs; std::set<std::string> names;",
           "bool operator<(const Step* a, int b);",
           "std::vector<Step*> steps; std::ranges::sort(steps, {}, &Step::id); std::sort(s.begin(), s.end(), by_id);",
           "std::vector<Step> steps; std::sort(steps.begin(), steps.end());",
           "auto* bytes = reinterpret_cast<const char*>(data);",
           "#include <map>\n#include \"sim/random.hpp\"",
           "int random = 3; return random; hash(x); h.hash(); std::vector<int> hash;",
           "rollout.shuffle(3); auto id = Thread::id_of(x); const int double_entry = 1;",
           "auto x = u8\"rand()\"; auto y = L'\\''; auto z = \"a\\\\\"; int w = 'd';",
           "int a = 1; // a comment that goes on \\\n rand();",
       }) {
    EXPECT_THAT(texts(findings({"sim/innocent.cpp", innocent})), testing::IsEmpty()) << innocent;
  }
}

TEST(BannedSources, AreCaughtInEveryFormThatTheyCommonlyTake) {
  const auto broken = [](std::string_view code) {
    std::set<std::string> names;
    for (const Finding& f : findings({"sim/planted.cpp", std::string(code)})) names.emplace(f.ban);
    return names;
  };
  const auto only = [](const char* ban) { return testing::ElementsAre(ban); };
  EXPECT_THAT(broken("return rand();"), only("rand"));
  EXPECT_THAT(broken("x = std::rand ( );"), only("rand"));
  EXPECT_THAT(broken("std::time(nullptr); ::time(0); if (time(nullptr) > t) {}"), only("wall_clock"));
  EXPECT_THAT(broken("using Clock = std::chrono::system_clock;"), only("wall_clock"));
  EXPECT_THAT(broken("#  include <random>"), only("random_engine"));
  EXPECT_THAT(broken("double x;"), only("floating_point"));
  EXPECT_THAT(broken("auto x = 1e9; auto y = 1.F; auto z = 0x1p-3;"), only("floating_point"));
  EXPECT_THAT(broken("#include <cmath>"), only("libm"));
  EXPECT_THAT(broken("std::set<Actor const* const> s;"), only("pointer_key"));
  EXPECT_THAT(broken("std::map<std::shared_ptr<Actor>, int> s;"), only("pointer_key"));
  EXPECT_THAT(broken("std::set<int, std::less<Actor*>> s;"), only("pointer_key"));
  EXPECT_THAT(broken("std::vector<const A*>& v; std::ranges::sort(v);"), only("pointer_sort"));
  EXPECT_THAT(broken("auto n = (std::uintptr_t)p;"), only("address"));
  EXPECT_THAT(broken("fmt::print(\"{}\", fmt::ptr(p));"), only("address"));
  EXPECT_THAT(broken("std::thread::id owner;"), only("thread_id"));
  EXPECT_THAT(broken("typeid(x).hash_code();"), only("std_hash"));
}

TEST(BannedSources, ArePermittedOnlyInTheFilesOfTheList) {
  const std::string code = "auto t = std::chrono::steady_clock::now();";
  EXPECT_THAT(findings({"scenarios/main.cpp", code}), testing::IsEmpty());
  EXPECT_THAT(findings({"scenarios/progress.hpp", code}), testing::IsEmpty());
  EXPECT_THAT(findings({"scenarios/decode.cpp", code}), testing::SizeIs(1));
  EXPECT_THAT(findings({"scenarios/decode.cpp", "double x = 0.5;"}), testing::IsEmpty());  // it may read a JSON number
  EXPECT_THAT(findings({"scenarios/cli_run.cpp", "#include \"reports/text.hpp\""}), testing::IsEmpty());
  EXPECT_THAT(findings({"models/kafka.cpp", "#include \"sim/time.hpp\""}), testing::IsEmpty());
}

}  // namespace
