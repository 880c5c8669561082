#pragma once

// A journal of records beside an output file, in the companion of its place. Records are appended, each with its length
// and a checksum, and never changed. So whatever a kill or a power cut leaves of the last ones is known for what it is,
// and what was complete before stays.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/pace.hpp"
#include "storage/output_place.hpp"

namespace deadcone {

class Journal {
 public:
  /// What a record is, as its writer likes, and what it is about.
  struct Label {
    std::uint32_t kind;
    std::int64_t point;
    std::int64_t tile;
  };
  struct Record {
    Label label;
    std::uint64_t offset;  ///< of its content
    std::uint64_t length;
  };

  /// The complete records of a companion, in order.
  static std::vector<Record> records_of(const Descriptor& companion);
  /// Takes over the records of the companion of a place, and cuts off what follows them. `place` must outlive this.
  explicit Journal(const OutputPlace& place);

  /// As errors call it.
  std::string name() const { return place_.companion_name(); }
  const std::vector<Record>& records() const noexcept { return records_; }
  /// Appends a record. Its content is the parts, one after the other. Throws StorageError where it cannot be written
  /// whole; nothing may be appended afterwards.
  void append(const Label& label, std::span<const std::span<const std::byte>> parts);
  /// The content of a record. Throws StorageError where it is not what was written.
  std::vector<std::byte> read(const Record& record) const;
  /// Sends the records to the disk if the last time is long enough ago: at least a second, and so long that the waiting
  /// costs less than a hundredth of the time.
  void sync_by_time();
  /// Removes all records.
  void clear();

 private:
  const OutputPlace& place_;
  std::vector<Record> records_;
  std::uint64_t end_;
  std::vector<std::byte> buffer_;
  Pace sync_pace_ = {std::chrono::seconds(1), {}};
};

}  // namespace deadcone
