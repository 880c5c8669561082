#include "storage/journal.hpp"

#include <unistd.h>

#include <cstring>

#include "deadcone/errors.hpp"
#include "storage/compressor.hpp"

namespace deadcone {
namespace {

/// What stands before the content of a record. The checksum is that of the rest of the head and of the content.
struct Head {
  std::uint32_t checksum;
  Journal::Label label;
  std::uint64_t length;
};

/// The head as it stands in the file, without padding.
constexpr std::size_t head_size = 4 + 4 + 8 + 8 + 8;

template <class T>
std::byte* put(std::byte* to, const T& value) {
  std::memcpy(to, &value, sizeof value);
  return to + sizeof value;
}

template <class T>
const std::byte* get(const std::byte* from, T& value) {
  std::memcpy(&value, from, sizeof value);
  return from + sizeof value;
}

void write_head(std::byte* to, const Head& head) {
  to = put(to, head.checksum);
  to = put(to, head.label.kind);
  to = put(to, head.label.point);
  to = put(to, head.label.tile);
  put(to, head.length);
}

Head read_head(const std::byte* from) {
  Head head{};
  from = get(from, head.checksum);
  from = get(from, head.label.kind);
  from = get(from, head.label.point);
  from = get(from, head.label.tile);
  get(from, head.length);
  return head;
}

/// The checksum of a record: its head, without the checksum, and its content lie in a row.
std::uint32_t checksum_of(std::span<const std::byte> record) {
  return Compressor::checksum(record.subspan(sizeof(std::uint32_t)));
}

}  // namespace

std::vector<Journal::Record> Journal::records_of(const Descriptor& companion) {
  std::vector<Record> records;
  const std::uint64_t size = companion.size();
  std::uint64_t end = OutputPlace::companion_begin;
  std::vector<std::byte> record;
  while (end + head_size <= size) {
    record.resize(head_size);
    if (companion.read(record, end) < head_size) break;
    const Head head = read_head(record.data());
    if (head.length > size - end - head_size) break;
    record.resize(head_size + head.length);
    if (companion.read(std::span(record).subspan(head_size), end + head_size) < head.length) break;
    if (checksum_of(record) != head.checksum) break;
    records.push_back({head.label, end + head_size, head.length});
    end += record.size();
  }
  return records;
}

Journal::Journal(const OutputPlace& place)
    : place_(place), records_(records_of(place.companion())), end_(OutputPlace::companion_begin) {
  if (!records_.empty()) end_ = records_.back().offset + records_.back().length;
  if (place.companion().size() > end_) place.companion().truncate(end_);
}

void Journal::append(const Label& label, std::span<const std::span<const std::byte>> parts) {
  buffer_.resize(head_size);
  for (const std::span<const std::byte> part : parts) buffer_.insert(buffer_.end(), part.begin(), part.end());
  const std::uint64_t length = buffer_.size() - head_size;
  write_head(buffer_.data(), {0, label, length});
  write_head(buffer_.data(), {checksum_of(buffer_), label, length});
  try {
    place_.companion().write(buffer_, end_);
  } catch (const StorageError&) {
    if (ftruncate(place_.companion().get(), static_cast<off_t>(end_)) != 0) {
      // What is left of the record is found when the journal is opened.
    }
    throw;
  }
  records_.push_back({label, end_ + head_size, length});
  end_ += buffer_.size();
}

std::vector<std::byte> Journal::read(const Record& record) const {
  std::vector<std::byte> whole(head_size + record.length);
  if (place_.companion().read(whole, record.offset - head_size) < whole.size() ||
      checksum_of(whole) != read_head(whole.data()).checksum) {
    throw StorageError(name() + ": was changed by another program while this one worked");
  }
  whole.erase(whole.begin(), whole.begin() + head_size);
  return whole;
}

void Journal::sync_by_time() {
  if (sync_pace_.is_due()) sync_pace_.run([this] { place_.companion().sync(); });
}

void Journal::clear() {
  place_.companion().truncate(OutputPlace::companion_begin);
  records_.clear();
  end_ = OutputPlace::companion_begin;
}

}  // namespace deadcone
