#include "storage/stored_dataset.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>
#include <optional>
#include <utility>

#include "deadcone/errors.hpp"
#include "storage/chunk_decoder.hpp"
#include "storage/hdf5_calls.hpp"

namespace deadcone::hdf5 {
namespace {

/// Chunks that take more than this, decoded, are not read: no tool makes such large ones unless it is told to.
constexpr std::size_t largest_chunk = std::size_t{512} << 20;

/// Decoded chunks are kept up to so many bytes, since a tile may lie across many chunks, and a chunk across many tiles.
constexpr std::size_t kept_bytes = std::size_t{16} << 20;

const hsize_t* raw(const Extent& extent) {
  return reinterpret_cast<const hsize_t*>(extent.data());
}

/// A whole or floating-point number in one of the usual formats, of any byte order.
bool is_usual(hid_t type) {
  const std::size_t size = H5Tget_size(type);
  switch (H5Tget_class(type)) {
    case H5T_INTEGER: {
      const H5T_order_t order = H5Tget_order(type);
      return (size == 1 || size == 2 || size == 4 || size == 8) && H5Tget_precision(type) == 8 * size &&
             H5Tget_offset(type) == 0 && (order == H5T_ORDER_LE || order == H5T_ORDER_BE);
    }
    case H5T_FLOAT:
      for (const hid_t usual : {H5T_IEEE_F32LE, H5T_IEEE_F32BE, H5T_IEEE_F64LE, H5T_IEEE_F64BE}) {
        if (H5Tequal(type, usual) > 0) return true;
      }
      return false;
    default:
      return false;
  }
}

/// Stops a conversion to whole numbers at a value that the type cannot hold, where HDF5 would take the nearest.
H5T_conv_ret_t stop_at_lost_values(H5T_conv_except_t, hid_t, hid_t to, void*, void*, void*) {
  return H5Tget_class(to) == H5T_INTEGER ? H5T_CONV_ABORT : H5T_CONV_UNHANDLED;
}

hid_t make_transfer() {
  const hid_t transfer = H5Pcreate(H5P_DATASET_XFER);
  H5Pset_type_conv_cb(transfer, stop_at_lost_values, nullptr);
  return transfer;
}

/// Filters that HDF5 itself undoes, and what is known of their chunks before it does.
constexpr unsigned szip_parameters = 2;         ///< of HDF5's filters, those that a user gives
constexpr unsigned scaleoffset_parameters = 2;  ///< likewise

std::uint64_t little_endian(const std::vector<std::byte>& bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value |= std::to_integer<std::uint64_t>(bytes[i]) << (8 * i);
  return value;
}

/// Whether a chunk of HDF5's filter scaleoffset has all the bits that its head promises. HDF5 reads on beyond its end.
bool has_all_bits(const std::vector<std::byte>& chunk, std::size_t elements, std::size_t element_bytes) {
  constexpr std::size_t head = 21;
  if (chunk.size() < head) return false;
  const std::uint64_t bits = little_endian(chunk);
  return bits <= 8 * element_bytes && chunk.size() - head >= (elements * bits + 7) / 8;
}

}  // namespace

StoredDataset::StoredDataset(std::int64_t dataset, std::string path, std::string name)
    : dataset_(dataset), type_(-1), creation_(-1), path_(std::move(path)), name_(std::move(name)) {
  silence();
  creation_ = H5Dget_create_plist(dataset_);
  if (creation_ < 0) fail(path_, "find out how " + name_ + " is stored");
  const H5D_layout_t layout = H5Pget_layout(creation_);
  const bool is_elsewhere = layout == H5D_VIRTUAL || H5Pget_external_count(creation_) != 0;
  const bool is_known = layout == H5D_COMPACT || layout == H5D_CONTIGUOUS || layout == H5D_CHUNKED;
  if (is_elsewhere || !is_known) {
    H5Pclose(creation_);
    refuse(is_elsewhere ? "has its values in another file; deadcone reads only what the file itself holds"
                        : "has an unknown layout");
  }
  form_ = layout == H5D_COMPACT ? Form::compact : layout == H5D_CHUNKED ? Form::chunked : Form::contiguous;
  type_ = H5Dget_type(dataset_);
  element_bytes_ = H5Tget_size(type_);

  const Scoped space(H5Dget_space(dataset_), H5Sclose);
  const int dimensions = H5Sget_simple_extent_ndims(space);
  if (dimensions < 0) fail(path_, "read the shape of " + name_);
  extent_.resize(static_cast<std::size_t>(dimensions));
  H5Sget_simple_extent_dims(space, reinterpret_cast<hsize_t*>(extent_.data()), nullptr);
  if (H5Sget_simple_extent_type(space) == H5S_NULL) extent_ = {0};

  if (form_ != Form::chunked) return;
  chunk_.resize(extent_.size());
  if (H5Pget_chunk(creation_, dimensions, reinterpret_cast<hsize_t*>(chunk_.data())) != dimensions)
    fail(path_, "read the shape of the chunks of " + name_);
  for (int i = 0; i < H5Pget_nfilters(creation_); ++i) {
    std::array<unsigned, 64> parameters{};
    std::size_t count = parameters.size();
    unsigned flags = 0;
    std::array<char, 64> filter_name{};
    const H5Z_filter_t id = H5Pget_filter2(creation_, static_cast<unsigned>(i), &flags, &count, parameters.data(),
                                           filter_name.size() - 1, filter_name.data(), nullptr);
    if (id < 0) fail(path_, "read the filters of " + name_);
    filters_.push_back(
        {id, flags, {parameters.begin(), parameters.begin() + std::min(count, parameters.size())}, filter_name.data()});
  }
}

StoredDataset::~StoredDataset() {
  if (type_ >= 0) H5Tclose(type_);
  if (creation_ >= 0) H5Pclose(creation_);
}

void StoredDataset::refuse(const std::string& what) const {
  throw StorageError(path_ + ": " + name_ + " " + what);
}

void StoredDataset::call_damaged(const std::string& what) const {
  throw StorageError(path_ + ": is damaged: " + name_ + " " + what);
}

bool StoredDataset::stores_as(Type type, const Layout& layout) const {
  if (extent_ != layout.extent || chunk_ != layout.chunk || H5Tequal(type_, file_type(type)) <= 0) return false;
  if (layout.chunk.empty()) return form_ == Form::contiguous;
  std::vector<int> filters;
  if (layout.deflate_level > 0) {
    if (element_bytes_ > 1) filters.push_back(H5Z_FILTER_SHUFFLE);
    filters.push_back(H5Z_FILTER_DEFLATE);
  }
  return std::ranges::equal(filters_, filters, {}, &Filter::id) &&
         std::ranges::none_of(filters_, [this](const Filter& filter) {
           return filter.id == H5Z_FILTER_SHUFFLE && filter.parameters != std::vector{unsigned(element_bytes_)};
         });
}

void StoredDataset::check_writable() const {
  if (form_ != Form::contiguous || H5Dget_storage_size(dataset_) != elements(extent_) * element_bytes_)
    refuse("is not stored as deadcone stores it: another program has rewritten the file, so nothing is written to it");
}

void StoredDataset::check_readable() const {
  if (!is_usual(type_)) refuse("holds no numbers, or some in an unusual format");
  for (const char* packing : {"scale_factor", "add_offset"}) {
    if (H5Aexists(dataset_, packing) > 0)
      refuse("holds packed values (" + std::string(packing) + "), which are not those that were computed");
  }
  if (form_ != Form::chunked) return;
  // As numbers that cannot overflow.
  const double bytes = std::accumulate(chunk_.begin(), chunk_.end(), static_cast<double>(element_bytes_),
                                       [](double product, std::uint64_t length) { return product * double(length); });
  if (bytes > static_cast<double>(largest_chunk) || bytes == 0.0)
    refuse("is stored in chunks of more than 512 MiB; h5repack can store it in smaller ones");
  for (const Filter& filter : filters_) {
    switch (filter.id) {
      case H5Z_FILTER_DEFLATE:
      case H5Z_FILTER_FLETCHER32:
        break;
      case H5Z_FILTER_SHUFFLE:
        if (filter.parameters.size() != 1 || filter.parameters[0] == 0) call_damaged("is shuffled in an unknown way");
        break;
      case H5Z_FILTER_NBIT:
        // Of numbers all of whose bits count it changes nothing, and says so in its second parameter.
        if (filter.parameters.size() < 2 || filter.parameters[1] != 1) call_damaged("is packed in an unknown way");
        break;
      case H5Z_FILTER_SZIP:
      case H5Z_FILTER_SCALEOFFSET:
        if (H5Zfilter_avail(filter.id) > 0) break;
        [[fallthrough]];
      default:
        refuse("is stored with the filter " + (filter.name.empty() ? std::to_string(filter.id) : filter.name) +
               ", which cannot be undone here; h5repack can store it with another");
    }
  }
}

void StoredDataset::check_inside(const Extent& offset, const Extent& count) const {
  bool inside = offset.size() == extent_.size() && count.size() == extent_.size();
  for (std::size_t i = 0; inside && i < extent_.size(); ++i)
    inside = offset[i] <= extent_[i] && count[i] <= extent_[i] - offset[i];
  if (!inside) refuse("does not have the shape that it should have");
}

std::size_t StoredDataset::chunk_bytes() const {
  return elements(chunk_) * element_bytes_;
}

std::size_t StoredDataset::most_chunk_bytes() const {
  return 2 * chunk_bytes() + 1024;  // no filter makes a chunk longer than that
}

template <class Use>
bool StoredDataset::for_each_chunk(const Extent& offset, const Extent& count, const Use& use) const {
  if (elements(count) == 0) return true;
  Extent first;
  Extent last;
  for (std::size_t i = 0; i < chunk_.size(); ++i) {
    first.push_back(offset[i] / chunk_[i] * chunk_[i]);
    last.push_back((offset[i] + count[i] - 1) / chunk_[i] * chunk_[i]);
  }
  Extent at = first;
  while (true) {
    if (!use(std::as_const(at))) return false;
    std::size_t i = at.size();
    while (i > 0 && at[i - 1] == last[i - 1]) {
      at[i - 1] = first[i - 1];
      --i;
    }
    if (i == 0) return true;
    at[i - 1] += chunk_[i - 1];
  }
}

/// 0: there is none.
std::uint64_t StoredDataset::stored_chunk_bytes(const Extent& offset) const {
  hsize_t size = 0;
  return H5Dget_chunk_storage_size(dataset_, raw(offset), &size) >= 0 ? size : 0;
}

bool StoredDataset::has_box(const Extent& offset, const Extent& count) const {
  check_inside(offset, count);
  switch (form_) {
    case Form::compact:
      return true;
    case Form::contiguous:
      return H5Dget_storage_size(dataset_) != 0;
    case Form::chunked:
      break;
  }
  return for_each_chunk(offset, count, [this](const Extent& chunk) { return stored_chunk_bytes(chunk) != 0; });
}

StoredDataset::RawChunk StoredDataset::read_raw_chunk(const Extent& offset, std::uint64_t size) const {
  if (size > most_chunk_bytes()) call_damaged("has a chunk that is too long");
  RawChunk chunk;
  chunk.bytes.resize(size);
  if (H5Dread_chunk(dataset_, H5P_DEFAULT, raw(offset), &chunk.filters_left_out, chunk.bytes.data()) < 0)
    fail(path_, "read a chunk of " + name_);
  return chunk;
}

std::vector<std::byte> StoredDataset::read_chunk(const Extent& offset) const {
  check_readable();
  const std::uint64_t size = stored_chunk_bytes(offset);
  if (size == 0) call_damaged("lacks a chunk");
  RawChunk chunk = read_raw_chunk(offset, size);
  if (chunk.filters_left_out != 0) call_damaged("has a chunk that is not compressed as the others");
  decoded(chunk);
  return std::move(chunk.bytes);
}

StoredDataset::Bytes StoredDataset::decoded(RawChunk chunk) const {
  Bytes bytes = std::move(chunk.bytes);
  for (std::size_t i = filters_.size(); i > 0; --i) {
    const Filter& filter = filters_[i - 1];
    if ((chunk.filters_left_out >> (i - 1) & 1U) != 0) continue;
    std::optional<Bytes> before;
    switch (filter.id) {
      case H5Z_FILTER_SHUFFLE:
        before = unshuffled(bytes, filter.parameters[0]);
        break;
      case H5Z_FILTER_DEFLATE:
        before = inflated(bytes, most_chunk_bytes());
        break;
      case H5Z_FILTER_FLETCHER32:
        before = without_checksum(std::move(bytes));
        break;
      case H5Z_FILTER_NBIT:
        continue;
      default:
        if ((chunk.filters_left_out & ((1U << (i - 1)) - 1U)) != 0) call_damaged("has a chunk with too few filters");
        return decoded_by_hdf5(i, bytes);
    }
    if (!before) call_damaged("has a chunk that does not pass its checksum, or is too long");
    bytes = std::move(*before);
  }
  if (bytes.size() != chunk_bytes()) call_damaged("has a chunk of another length than its shape asks for");
  return bytes;
}

/// Undoes the first `filters` filters, of which HDF5 knows the last: in a dataset in memory, of one chunk, with these
/// filters alone. Their parameters come from the shape and type that the dataset says it has.
StoredDataset::Bytes StoredDataset::decoded_by_hdf5(std::size_t filters, const Bytes& chunk) const {
  const Filter& last = filters_[filters - 1];
  const bool is_whole = last.id == H5Z_FILTER_SZIP ? chunk.size() >= 4 && little_endian(chunk) == chunk_bytes()
                                                   : has_all_bits(chunk, elements(chunk_), element_bytes_);
  if (!is_whole) call_damaged("has a chunk that is too short");

  const Scoped creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_chunk(creation, static_cast<int>(chunk_.size()), raw(chunk_));
  H5D_fill_value_t fill = H5D_FILL_VALUE_UNDEFINED;
  if (H5Pfill_value_defined(creation_, &fill) >= 0 && fill == H5D_FILL_VALUE_USER_DEFINED) {
    Bytes value(element_bytes_);
    if (H5Pget_fill_value(creation_, type_, value.data()) >= 0) H5Pset_fill_value(creation, type_, value.data());
  }
  for (std::size_t i = 0; i < filters; ++i) {
    const Filter& filter = filters_[i];
    std::size_t given = filter.parameters.size();
    if (filter.id == H5Z_FILTER_SZIP) given = std::min<std::size_t>(given, szip_parameters);
    if (filter.id == H5Z_FILTER_SCALEOFFSET) given = std::min<std::size_t>(given, scaleoffset_parameters);
    const bool keeps_length = filter.id == H5Z_FILTER_SHUFFLE || filter.id == H5Z_FILTER_NBIT;
    if (i + 1 < filters && !keeps_length) refuse("is stored with filters in an unusual order");
    if (H5Pset_filter(creation, filter.id, filter.flags, given, filter.parameters.data()) < 0)
      fail(path_, "undo the filter " + filter.name + " of " + name_);
  }

  const Scoped access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  constexpr std::size_t increment = std::size_t{1} << 20;
  H5Pset_fapl_core(access, increment, false);
  const Scoped file(H5Fcreate("chunk", H5F_ACC_TRUNC, H5P_DEFAULT, access), H5Fclose);
  const Scoped space(make_space(chunk_), H5Sclose);
  const Scoped dataset(H5Dcreate2(file, "chunk", type_, space, H5P_DEFAULT, creation, H5P_DEFAULT), H5Dclose);
  if (dataset < 0) fail(path_, "undo the filter " + last.name + " of " + name_);
  const StoredDataset scratch(dataset, path_, name_);
  for (std::size_t i = 0; i < filters; ++i) {
    if (scratch.filters_.size() != filters || scratch.filters_[i].parameters != filters_[i].parameters)
      call_damaged("has a filter with other parameters than its shape and type ask for");
  }
  Bytes values(chunk_bytes());
  if (H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, raw(Extent(chunk_.size(), 0)), chunk.size(), chunk.data()) < 0 ||
      H5Dread(dataset, type_, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0)
    fail(path_, "undo the filter " + last.name + " of " + name_);
  return values;
}

StoredDataset::Bytes StoredDataset::fill_chunk() const {
  Bytes fill(element_bytes_);
  H5D_fill_value_t kind = H5D_FILL_VALUE_UNDEFINED;
  if (H5Pfill_value_defined(creation_, &kind) >= 0 && kind != H5D_FILL_VALUE_UNDEFINED)
    H5Pget_fill_value(creation_, type_, fill.data());
  Bytes chunk(chunk_bytes());
  for (std::size_t at = 0; at < chunk.size(); at += element_bytes_)
    std::memcpy(chunk.data() + at, fill.data(), element_bytes_);
  return chunk;
}

const StoredDataset::Bytes& StoredDataset::chunk_values(const Extent& offset) const {
  if (const auto known = decoded_chunks_.find(offset); known != decoded_chunks_.end()) return known->second;
  if (decoded_bytes_ + chunk_bytes() > kept_bytes) {
    decoded_chunks_.clear();
    decoded_bytes_ = 0;
  }
  const std::uint64_t size = stored_chunk_bytes(offset);
  Bytes values = size == 0 ? fill_chunk() : decoded(read_raw_chunk(offset, size));
  constexpr std::size_t to_keep_it = 128;  // bytes, about
  decoded_bytes_ += chunk_bytes() + to_keep_it;
  return decoded_chunks_.emplace(offset, std::move(values)).first->second;
}

void StoredDataset::read(const Extent& offset, const Extent& count, Type type, void* values) const {
  silence();
  check_readable();
  check_inside(offset, count);
  if (elements(count) == 0) return;
  form_ == Form::chunked ? read_chunked(offset, count, type, values) : read_contiguous(offset, count, type, values);
}

void StoredDataset::read_contiguous(const Extent& offset, const Extent& count, Type type, void* values) const {
  const std::uint64_t stored = H5Dget_storage_size(dataset_);
  const bool has_all = stored == elements(extent_) * element_bytes_;
  if (!has_all && (stored != 0 || form_ == Form::compact)) call_damaged("has another length than its shape asks for");
  const Scoped space(H5Dget_space(dataset_), H5Sclose);
  const Scoped memory(make_space(count), H5Sclose);
  const Scoped transfer(make_transfer(), H5Pclose);
  if (!count.empty() && H5Sselect_hyperslab(space, H5S_SELECT_SET, raw(offset), nullptr, raw(count), nullptr) < 0)
    fail(path_, "select a part of " + name_);
  if (H5Dread(dataset_, memory_type(type), memory, space, transfer, values) < 0) fail(path_, "read " + name_);
}

void StoredDataset::read_chunked(const Extent& offset, const Extent& count, Type type, void* values) const {
  const std::size_t size = std::max(element_bytes_, H5Tget_size(memory_type(type)));
  Bytes box(elements(count) * size);
  for_each_chunk(offset, count, [&](const Extent& chunk) {
    const Bytes& from = chunk_values(chunk);
    // The part of the chunk that is in the box, row by row along the last dimension.
    const std::size_t dimensions = chunk_.size();
    Extent first(dimensions);
    Extent length(dimensions);
    for (std::size_t i = 0; i < dimensions; ++i) {
      first[i] = std::max(chunk[i], offset[i]);
      length[i] = std::min(chunk[i] + chunk_[i], offset[i] + count[i]) - first[i];
    }
    const std::size_t rows = elements(length) / length.back();
    for (std::size_t row = 0; row < rows; ++row) {
      std::size_t rest = row;
      std::size_t at = 0;
      std::size_t to = 0;
      std::size_t step_at = 1;
      std::size_t step_to = 1;
      for (std::size_t i = dimensions; i > 0; --i) {
        const std::size_t d = i - 1;
        const bool is_last = i == dimensions;
        const std::size_t position = first[d] + (is_last ? 0 : rest % length[d]);
        if (!is_last) rest /= length[d];
        at += (position - chunk[d]) * step_at;
        to += (position - offset[d]) * step_to;
        step_at *= chunk_[d];
        step_to *= count[d];
      }
      std::memcpy(box.data() + to * element_bytes_, from.data() + at * element_bytes_, length.back() * element_bytes_);
    }
    return true;
  });
  const Scoped transfer(make_transfer(), H5Pclose);
  if (H5Tconvert(type_, memory_type(type), elements(count), box.data(), nullptr, transfer) < 0)
    refuse("has values that its field cannot hold");
  std::memcpy(values, box.data(), elements(count) * H5Tget_size(memory_type(type)));
}

}  // namespace deadcone::hdf5
