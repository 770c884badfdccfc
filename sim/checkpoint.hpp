// A file to go on from: items that are written one after another (sim/bytes.hpp) and read in the same order.
//
//   8 bytes "converge", then the version, and a number that says what the items are of: a checkpoint of something else
//   is refused; blocks of items, each with its length; a length of 0; a 64-bit hash of all that
//
// It is written beside its place and then renamed, so whoever is interrupted leaves the old file whole. What is read
// may be anything: it is never read beyond a length, a block is at most 64 MB, and the hash must agree in the end.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "sim/bytes.hpp"

namespace converge::sim {

class CheckpointWriter {
 public:
  CheckpointWriter(const std::string& path, std::uint64_t of);
  ~CheckpointWriter();  // without finish(): nothing was written
  CheckpointWriter(const CheckpointWriter&) = delete;
  CheckpointWriter& operator=(const CheckpointWriter&) = delete;

  // For the next item.
  Writer& item();
  // Why it could not be written, or nothing.
  std::optional<std::string> finish();

 private:
  struct File;
  std::unique_ptr<File> file_;
};

class CheckpointReader {
 public:
  CheckpointReader(const std::string& path, std::uint64_t of);
  ~CheckpointReader();
  CheckpointReader(const CheckpointReader&) = delete;
  CheckpointReader& operator=(const CheckpointReader&) = delete;

  // For the next item. Not good: there is none, or the file is not what it should be.
  Reader& item();
  // What is read makes no sense.
  void refuse();
  bool good() const;
  // After the last item: why it is of no use, or nothing.
  std::optional<std::string> finish();

 private:
  struct File;
  std::unique_ptr<File> file_;
};

}  // namespace converge::sim
