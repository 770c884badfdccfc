#include "sim/checkpoint.hpp"

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string_view>

#include "sim/hash.hpp"
#include "sim/key_store.hpp"

namespace converge::sim {

namespace {

constexpr std::string_view magic = "converge";
constexpr std::uint64_t version = 1;
constexpr std::size_t block_usual = std::size_t{1} << 20U;
constexpr std::uint64_t block_most = std::uint64_t{1} << 26U;

using Eight = std::array<std::uint8_t, 8>;

Eight eight(std::uint64_t n) {
  Eight bytes{};
  for (unsigned i = 0; i < 8; ++i) bytes[i] = static_cast<std::uint8_t>(n >> (8 * i));
  return bytes;
}

std::uint64_t number(const Eight& bytes) {
  std::uint64_t n = 0;
  for (unsigned i = 0; i < 8; ++i) n |= std::uint64_t{bytes[i]} << (8 * i);
  return n;
}

}  // namespace

struct CheckpointWriter::File {
  std::string path;
  std::string beside;
  std::ofstream out;
  Hasher hash;
  Bytes block;
  Writer writer{block};

  void put(std::span<const std::uint8_t> bytes) {
    hash.add(hash_of_bytes(bytes));
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }
  void put(std::uint64_t n) { put(eight(n)); }
  void flush() {
    if (block.empty()) return;
    put(block.size());
    put(block);
    block.clear();
  }
};

CheckpointWriter::CheckpointWriter(const std::string& path, std::uint64_t of) : file_{std::make_unique<File>()} {
  file_->path = path;
  file_->beside = path + ".part";
  file_->out.open(file_->beside, std::ios::binary | std::ios::trunc);
  file_->out.write(magic.data(), magic.size());
  file_->put(version);
  file_->put(of);
}

CheckpointWriter::~CheckpointWriter() {
  if (!file_->out.is_open()) return;
  file_->out.close();
  std::error_code ignored;  // it was ours, and of no use to anybody
  std::filesystem::remove(file_->beside, ignored);
}

Writer& CheckpointWriter::item() {
  if (file_->block.size() >= block_usual) file_->flush();
  return file_->writer;
}

std::optional<std::string> CheckpointWriter::finish() {
  File& f = *file_;
  f.flush();
  f.put(std::uint64_t{0});
  const Eight sum = eight(f.hash.value());
  f.out.write(reinterpret_cast<const char*>(sum.data()), sum.size());
  f.out.close();
  std::error_code failed;
  if (f.out.fail()) {
    std::filesystem::remove(f.beside, failed);
    return f.beside + " could not be written";
  }
  std::filesystem::rename(f.beside, f.path, failed);
  if (failed) return f.path + " could not be replaced: " + failed.message();
  return std::nullopt;
}

struct CheckpointReader::File {
  std::string path;
  std::ifstream in;
  std::uint64_t left = 0;  // bytes of the file that were not read yet
  Hasher hash;
  Bytes block;
  Reader reader{{}};
  std::string problem;

  void refuse(const std::string& why) {
    if (problem.empty()) problem = path + " " + why;
    reader = Reader{{}};
    reader.fail();
  }
  bool take(std::span<std::uint8_t> bytes) {
    if (bytes.size() > left) return false;
    left -= bytes.size();
    in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    return static_cast<bool>(in);
  }
  std::optional<std::uint64_t> take_number() {
    Eight bytes{};
    if (!take(bytes)) return std::nullopt;
    hash.add(hash_of_bytes(bytes));
    return number(bytes);
  }
  // False: there is none any more.
  bool next() {
    const auto length = take_number();
    if (!length) refuse("ends too soon");
    if (!length || *length == 0) return false;
    if (*length > block_most || *length > left) {
      refuse("holds a block that is longer than it may be");
      return false;
    }
    block.resize(static_cast<std::size_t>(*length));
    if (!take(block)) refuse("cannot be read");
    hash.add(hash_of_bytes(block));
    reader = Reader{block};
    return problem.empty();
  }
};

CheckpointReader::CheckpointReader(const std::string& path, std::uint64_t of) : file_{std::make_unique<File>()} {
  File& f = *file_;
  f.path = path;
  std::error_code failed;
  f.left = std::filesystem::file_size(path, failed);
  if (!failed) f.in.open(path, std::ios::binary);
  Eight begins{};
  if (failed || !f.in) {
    f.refuse("cannot be read");
  } else if (!f.take(begins) || std::string_view{reinterpret_cast<const char*>(begins.data()), 8} != magic) {
    f.refuse("is not a checkpoint");
  } else if (f.take_number() != version) {
    f.refuse("was written by another version");
  } else if (f.take_number() != of) {
    f.refuse("is a checkpoint of something else");
  }
}

CheckpointReader::~CheckpointReader() = default;

Reader& CheckpointReader::item() {
  File& f = *file_;
  if (!f.problem.empty()) return f.reader;
  if (!f.reader.good()) f.refuse("makes no sense");
  if (f.reader.left() == 0 && !f.next()) f.refuse("ends too soon");
  return f.reader;
}

void CheckpointReader::refuse() { file_->refuse("makes no sense"); }

bool CheckpointReader::good() const { return file_->problem.empty() && file_->reader.good(); }

std::optional<std::string> CheckpointReader::finish() {
  File& f = *file_;
  if (f.problem.empty() && (!f.reader.good() || f.reader.left() != 0)) f.refuse("makes no sense");
  if (f.problem.empty() && f.next()) f.refuse("goes on where it should end");
  Eight sum{};
  if (f.problem.empty() && (!f.take(sum) || number(sum) != f.hash.value())) f.refuse("is damaged");
  if (f.problem.empty() && f.left != 0) f.refuse("goes on where it should end");
  if (f.problem.empty()) return std::nullopt;
  return f.problem;
}

}  // namespace converge::sim
