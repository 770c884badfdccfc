#include "sim/key_store.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>
#include <utility>

#include "sim/hash.hpp"

namespace converge::sim {

namespace {

// Little-endian on every machine.
std::uint64_t word_at(const std::uint8_t* bytes, std::size_t count) {
  std::uint64_t word = 0;
  if constexpr (std::endian::native == std::endian::little) {
    std::memcpy(&word, bytes, count);
  } else {
    for (std::size_t i = 0; i < count; ++i) word |= std::uint64_t{bytes[i]} << (8 * i);
  }
  return word;
}

constexpr std::size_t shard_of(std::uint64_t hash) { return hash & 15U; }
constexpr std::uint8_t tag_of(std::uint64_t hash) {
  return static_cast<std::uint8_t>(std::max<std::uint64_t>(1, (hash >> 4U) & 255U));
}
constexpr std::uint64_t not_empty(std::uint64_t hash) { return hash == 0 ? 16 : hash; }  // of the same shard

constexpr std::uint8_t long_form = 255;  // then the length follows in four bytes

// A vector doubles; that would leave half of the largest part of the store empty.
template <class T>
void reserve_a_little(std::vector<T>& row, std::size_t more) {
  const std::size_t need = row.size() + more;
  if (need > row.capacity()) row.reserve(std::max<std::size_t>(need, row.size() + row.size() / 5 + 16));
}

}  // namespace

std::uint64_t hash_of_bytes(std::span<const std::uint8_t> bytes) {
  Hasher h;
  h.add(bytes.size());
  std::size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) h.add(word_at(bytes.data() + i, 8));
  if (i < bytes.size()) h.add(word_at(bytes.data() + i, bytes.size() - i));
  return h.value();
}

// The upper bits say where: the table need not be a power of two.
std::size_t KeyStore::home(std::uint64_t hash, std::size_t slots) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::size_t>(static_cast<Wide>(hash) * slots >> 64U);
}

std::uint32_t KeyStore::words_of(std::size_t length) {
  const std::size_t head = length < long_form ? 1 : 5;
  return static_cast<std::uint32_t>(1 + (head + length + 3) / 4);
}

std::span<const std::uint8_t> KeyStore::form_at(const Shard& s, std::uint32_t place) {
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(s.forms.data() + place + 1);
  if (bytes[0] != long_form) return {bytes + 1, bytes[0]};
  return {bytes + 5, static_cast<std::size_t>(word_at(bytes + 1, 4))};
}

std::uint32_t KeyStore::find(std::uint64_t hash, std::span<const std::uint8_t> form) const {
  const Shard& s = shards_[shard_of(hash)];
  if (s.used == 0) return kNone;
  if (fingerprints_) {
    const std::uint64_t sought = not_empty(hash);
    const std::size_t slots = s.hashes.size();
    for (std::size_t i = home(hash, slots); s.hashes[i] != 0; i = i + 1 == slots ? 0 : i + 1) {
      if (s.hashes[i] == sought) return s.numbers[i];
    }
    return kNone;
  }
  const std::uint8_t tag = tag_of(hash);
  const std::size_t slots = s.tags.size();
  for (std::size_t i = home(hash, slots); s.tags[i] != 0; i = i + 1 == slots ? 0 : i + 1) {
    if (s.tags[i] != tag) continue;
    const auto known = form_at(s, s.places[i]);
    if (known.size() == form.size() && std::memcmp(known.data(), form.data(), form.size()) == 0) {
      return s.forms[s.places[i]];
    }
  }
  return kNone;
}

void KeyStore::put(Shard& s, std::uint64_t hash, std::uint32_t place) {
  const std::size_t slots = s.tags.size();
  std::size_t i = home(hash, slots);
  while (s.tags[i] != 0) i = i + 1 == slots ? 0 : i + 1;
  s.tags[i] = tag_of(hash);
  s.places[i] = place;
}

void KeyStore::put_fingerprint(Shard& s, std::uint64_t hash, std::uint32_t number) {
  const std::size_t slots = s.hashes.size();
  std::size_t i = home(hash, slots);
  while (s.hashes[i] != 0) i = i + 1 == slots ? 0 : i + 1;
  s.hashes[i] = not_empty(hash);
  s.numbers[i] = number;
}

void KeyStore::grow(Shard& s) {
  const std::size_t slots = fingerprints_ ? s.hashes.size() : s.tags.size();
  if (s.used < slots / 5 * 4) return;
  const std::size_t more = slots == 0 ? 20 : slots + slots / 2;
  if (fingerprints_) {
    const auto hashes = std::exchange(s.hashes, std::vector<std::uint64_t>(more));
    const auto numbers = std::exchange(s.numbers, std::vector<std::uint32_t>(more));
    for (std::size_t i = 0; i < slots; ++i) {
      if (hashes[i] != 0) put_fingerprint(s, hashes[i], numbers[i]);
    }
    return;
  }
  s.tags = std::vector<std::uint8_t>(more);
  s.places = std::vector<std::uint32_t>(more);
  for (std::uint32_t at = 0; at < s.forms.size();) {
    const auto form = form_at(s, at);
    put(s, hash_of_bytes(form), at);
    at += words_of(form.size());
  }
}

void KeyStore::add(std::uint64_t hash, std::span<const std::uint8_t> form, std::uint32_t number) {
  Shard& s = shards_[shard_of(hash)];
  grow(s);
  ++s.used;
  ++size_;
  if (fingerprints_) return put_fingerprint(s, hash, number);
  const std::uint32_t words = words_of(form.size());
  assert(s.forms.size() + words < kNone);  // 16 GB in one shard
  const auto place = static_cast<std::uint32_t>(s.forms.size());
  reserve_a_little(s.forms, words);
  s.forms.resize(place + words);
  s.forms[place] = number;
  auto* bytes = reinterpret_cast<std::uint8_t*>(s.forms.data() + place + 1);
  if (form.size() < long_form) {
    *bytes++ = static_cast<std::uint8_t>(form.size());
  } else {
    *bytes++ = long_form;
    for (unsigned i = 0; i < 4; ++i) *bytes++ = static_cast<std::uint8_t>(form.size() >> (8 * i));
  }
  std::copy(form.begin(), form.end(), bytes);
  put(s, hash, place);
}

void KeyStore::prefetch(std::uint64_t hash) const {
  const Shard& s = shards_[shard_of(hash)];
  if (s.used == 0) return;
  if (fingerprints_) {
    __builtin_prefetch(s.hashes.data() + home(hash, s.hashes.size()));
  } else {
    const std::size_t i = home(hash, s.tags.size());
    __builtin_prefetch(s.tags.data() + i);
    __builtin_prefetch(s.places.data() + i);
  }
}

std::size_t KeyStore::footprint() const {
  std::size_t bytes = sizeof(*this);
  for (const Shard& s : shards_) {
    bytes += s.tags.capacity() + 4 * s.places.capacity() + 8 * s.hashes.capacity() + 4 * s.numbers.capacity() +
             4 * s.forms.capacity();
  }
  return bytes;
}

}  // namespace converge::sim
