// Which canonical forms are known, and what number each has: one open table of hashes, with the forms themselves in one
// row of words; or, with fingerprints, with their 64-bit hashes alone.
//
// The table is cut into shards that grow each in its turn, by half: so the old and the new table never stand side by
// side as a whole, and no more than about half of it is empty.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace converge::sim {

// The same on every machine. Equal bytes, equal hashes.
std::uint64_t hash_of_bytes(std::span<const std::uint8_t>);

class KeyStore {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  explicit KeyStore(bool fingerprints = false) : fingerprints_{fingerprints} {}

  std::uint64_t size() const { return size_; }
  // The number of this form, whose hash this is; kNone: it is not known.
  std::uint32_t find(std::uint64_t hash, std::span<const std::uint8_t> form) const;
  // It is not known yet.
  void add(std::uint64_t hash, std::span<const std::uint8_t> form, std::uint32_t number);
  // This form will be looked for soon.
  void prefetch(std::uint64_t hash) const;
  // Bytes held.
  std::size_t footprint() const;

  // Everything that is known, in an order that depends on it alone. With fingerprints the form is empty.
  template <class Visit>  // (hash, form, number)
  void for_each(Visit visit) const {
    for (const Shard& s : shards_) {
      for (std::size_t i = 0; i < s.hashes.size(); ++i) {
        if (s.hashes[i] != 0) visit(s.hashes[i], std::span<const std::uint8_t>{}, s.numbers[i]);
      }
      for (std::uint32_t at = 0; at < s.forms.size();) {
        const auto form = form_at(s, at);
        visit(hash_of_bytes(form), form, s.forms[at]);
        at += words_of(form.size());
      }
    }
  }

 private:
  static constexpr std::size_t shards = 16;

  struct Shard {
    std::vector<std::uint8_t> tags;      // exact: 0 is empty, else some bits of the hash
    std::vector<std::uint32_t> places;   // exact: of the record in `forms`
    std::vector<std::uint64_t> hashes;   // fingerprints: 0 is empty
    std::vector<std::uint32_t> numbers;  // fingerprints
    std::vector<std::uint32_t> forms;    // records: the number, then the length and the form in bytes, filled up
    std::size_t used = 0;
  };

  static std::span<const std::uint8_t> form_at(const Shard&, std::uint32_t place);
  static std::uint32_t words_of(std::size_t length);
  static std::size_t home(std::uint64_t hash, std::size_t slots);
  void grow(Shard&);
  static void put(Shard&, std::uint64_t hash, std::uint32_t place);
  static void put_fingerprint(Shard&, std::uint64_t hash, std::uint32_t number);

  bool fingerprints_;
  std::uint64_t size_ = 0;
  std::array<Shard, shards> shards_;
};

}  // namespace converge::sim
