// The one way in which anything here is hashed: 64 bits in, 64 bits folded, the same on every machine and compiler.
#pragma once

#include <cstdint>
#include <string_view>

namespace converge::sim {

// Full 64x64 -> 128 bit product folded to 64 bits: each input bit reaches each output bit in two rounds (as in wyhash).
constexpr std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
}

class Hasher {
 public:
  constexpr void add(std::uint64_t word) {
    state_ = fold(state_ ^ word ^ 0x9E3779B97F4A7C15ULL, 0xD6E8FEB86659FD93ULL) + 0xA0761D6478BD642FULL;
  }
  constexpr void add(std::string_view text) {
    add(text.size());
    for (const char c : text) add(static_cast<std::uint64_t>(static_cast<unsigned char>(c)));
  }
  constexpr std::uint64_t value() const { return fold(state_ ^ 0xE7037ED1A0B428DBULL, 0x8EBC6AF09C88C6E3ULL); }

  friend constexpr bool operator==(const Hasher&, const Hasher&) = default;

 private:
  std::uint64_t state_ = 0x243F6A8885A308D3ULL;  // pi: nothing up the sleeve
};

constexpr std::uint64_t hash_of(std::string_view text) {
  Hasher h;
  h.add(text);
  return h.value();
}

}  // namespace converge::sim
