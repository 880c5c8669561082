#include "storage/hdf5.hpp"

#include <hdf5_hl.h>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>
#include <utility>

#include "deadcone/errors.hpp"
#include "storage/hdf5_calls.hpp"
#include "storage/stored_dataset.hpp"

namespace deadcone::hdf5 {
namespace {

/// The result of a call that writes, if it succeeded: when it fails, the file is not touched again.
template <class Result>
Result check_write(Result result, FileState& file, const std::string& what) {
  if (result < 0) {
    file.broken = true;
    fail(file.path, what);
  }
  return result;
}

int close_file(std::int64_t id) {
  return H5Fclose(id);
}
int close_dataset(std::int64_t id) {
  return H5Dclose(id);
}
int close_group(std::int64_t id) {
  return H5Gclose(id);
}

std::size_t size_of(Type type) {
  return H5Tget_size(memory_type(type));
}

/// Throws std::bad_alloc where there is not enough memory for what HDF5 keeps of an open file: it would crash.
void require_memory() {
  constexpr std::size_t bytes = std::size_t{4} << 20;
  ::operator delete(::operator new(bytes));
}

/// How files are opened.
hid_t make_access(bool writes) {
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  // A file that is closed before all that is in it would stay open.
  if (writes) H5Pset_fclose_degree(access, H5F_CLOSE_SEMI);
  // HDF5 would keep small writes back, and not tell when they fail in the end.
  H5Pset_sieve_buf_size(access, 0);
  // Nobody writes to a file that others can open (output_place.hpp).
  H5Pset_file_locking(access, false, true);
  return access;
}

hid_t open(const std::string& path, unsigned mode) {
  silence();
  struct stat status = {};
  if (stat(path.c_str(), &status) != 0) throw StorageError(path + ": no such file");
  if (!S_ISREG(status.st_mode)) throw StorageError(path + ": is not a file");
  // Asked first, because H5Fopen makes an HDF5 file of an empty one.
  if (H5Fis_hdf5(path.c_str()) <= 0) {
    const std::string why = reason();
    throw StorageError(path + ": is not an HDF5 file, or damaged" +
                       (access(path.c_str(), R_OK) == 0 ? "" : ": " + why));
  }
  require_memory();
  const Scoped access_list(make_access(mode == H5F_ACC_RDWR), H5Pclose);
  const hid_t id = H5Fopen(path.c_str(), mode, access_list);
  if (id < 0) fail(path, "open the HDF5 file");
  return id;
}

/// Creates an attribute that holds a text, of fixed or of variable length.
void write_text(hid_t object, FileState& file, const std::string& name, const std::string& text, H5T_cset_t characters,
                bool fixed) {
  const Scoped type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type, fixed ? std::max<std::size_t>(text.size(), 1) : H5T_VARIABLE);
  H5Tset_strpad(type, fixed ? H5T_STR_NULLPAD : H5T_STR_NULLTERM);
  H5Tset_cset(type, characters);
  const Scoped space(H5Screate(H5S_SCALAR), H5Sclose);
  const Scoped attribute(check_write(H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), file,
                                     "create the attribute " + name),
                         H5Aclose);
  const char* pointer = text.c_str();
  const void* values = fixed ? static_cast<const void*>(pointer) : static_cast<const void*>(&pointer);
  check_write(H5Awrite(attribute, type, values), file, "write the attribute " + name);
}

}  // namespace

Object::Object(std::int64_t id, int (*close_id)(std::int64_t), std::shared_ptr<FileState> file)
    : id_(id), close_id_(close_id), file_(std::move(file)) {}

Object::Object(Object&& other) noexcept
    : id_(std::exchange(other.id_, -1)), close_id_(other.close_id_), file_(std::move(other.file_)) {}

Object& Object::operator=(Object&& other) noexcept {
  std::swap(id_, other.id_);
  std::swap(close_id_, other.close_id_);
  std::swap(file_, other.file_);
  return *this;
}

void Object::close() {
  silence();
  check_write(close_id_(std::exchange(id_, -1)), *file_, "write to the disk");
}

Object::~Object() {
  if (id_ >= 0 && !file_->broken && close_id_(id_) < 0) file_->broken = true;
}

void Object::set_attribute(const std::string& name, const std::string& text) {
  write_text(id_, *file_, name, text, H5T_CSET_ASCII, true);
}

void Object::set_long_attribute(const std::string& name, const std::string& text) {
  constexpr std::size_t longest_fixed = 32768;  // an object's header has room for 64 KiB
  write_text(id_, *file_, name, text, H5T_CSET_UTF8, text.size() <= longest_fixed);
}

void Object::set_array_attribute(const std::string& name, Type type, const void* values, std::size_t count) {
  const Scoped space(make_space({count}), H5Sclose);
  const Scoped attribute(check_write(H5Acreate2(id_, name.c_str(), file_type(type), space, H5P_DEFAULT, H5P_DEFAULT),
                                     *file_, "create the attribute " + name),
                         H5Aclose);
  check_write(H5Awrite(attribute, memory_type(type), values), *file_, "write the attribute " + name);
}

bool Object::has_attribute(const std::string& name) const {
  return H5Aexists(id_, name.c_str()) > 0;
}

std::string Object::text_attribute(const std::string& name) const {
  const std::string what = "read the attribute " + name;
  const Scoped attribute(check(H5Aopen(id_, name.c_str(), H5P_DEFAULT), *file_, what), H5Aclose);
  const Scoped type(H5Aget_type(attribute), H5Tclose);
  const Scoped space(H5Aget_space(attribute), H5Sclose);
  if (H5Tget_class(type) != H5T_STRING || H5Sget_simple_extent_npoints(space) != 1) {
    throw StorageError(file_->path + ": the attribute " + name + " is not a text");
  }
  if (H5Tis_variable_str(type) > 0) {
    char* text = nullptr;
    check(H5Aread(attribute, type, &text), *file_, what);
    std::string copy = text == nullptr ? "" : text;
    H5free_memory(text);
    return copy;
  }
  std::string text(H5Tget_size(type), '\0');
  check(H5Aread(attribute, type, text.data()), *file_, what);
  text.resize(std::min(text.size(), text.find('\0')));
  return text;
}

const StoredDataset& Dataset::stored() const {
  if (!stored_) stored_ = std::make_shared<const StoredDataset>(id_, file_->path, name_);
  return *stored_;
}

Extent Dataset::extent() const {
  return stored().extent();
}

Extent Dataset::chunk() const {
  return stored().chunk();
}

std::uint64_t Dataset::stored_bytes() const {
  return H5Dget_storage_size(id_);
}

void Dataset::write_box(const Extent& offset, const Extent& count, Type type, const void* values) {
  silence();
  if (was_there_) stored().check_writable();
  const Scoped space(H5Dget_space(id_), H5Sclose);
  const Scoped memory(make_space(count), H5Sclose);
  if (!count.empty()) {
    check_write(H5Sselect_hyperslab(space, H5S_SELECT_SET, reinterpret_cast<const hsize_t*>(offset.data()), nullptr,
                                    reinterpret_cast<const hsize_t*>(count.data()), nullptr),
                *file_, "select a part of a dataset");
  }
  check_write(H5Dwrite(id_, memory_type(type), memory, space, H5P_DEFAULT, values), *file_, "write");
}

void Dataset::write_chunk(const Extent& offset, const std::vector<std::byte>& encoded) {
  silence();
  constexpr std::uint32_t every_filter_applied = 0;
  check_write(H5Dwrite_chunk(id_, H5P_DEFAULT, every_filter_applied, reinterpret_cast<const hsize_t*>(offset.data()),
                             encoded.size(), encoded.data()),
              *file_, "write");
}

bool Dataset::stores_as(Type type, const Layout& layout) const {
  return stored().stores_as(type, layout);
}

bool Dataset::has_box(const Extent& offset, const Extent& count) const {
  return stored().has_box(offset, count);
}

std::vector<std::byte> Dataset::read_chunk(const Extent& offset) const {
  return stored().read_chunk(offset);
}

void Dataset::read_box(const Extent& offset, const Extent& count, Type type, void* values) const {
  stored().read(offset, count, type, values);
}

namespace {

/// Takes the coordinates off a dataset, which list it: after it is removed they would refer to nothing, and h5py fails on
/// that. Does nothing to what is no dataset.
herr_t detach_scales(hid_t object) {
  if (H5Iget_type(object) != H5I_DATASET || H5DSis_scale(object) > 0) return 0;
  const Scoped space(H5Dget_space(object), H5Sclose);
  for (int dimension = 0; dimension < H5Sget_simple_extent_ndims(space); ++dimension) {
    const auto index = static_cast<unsigned>(dimension);
    while (H5DSget_num_scales(object, index) > 0) {
      hid_t first = -1;
      const auto keep = [](hid_t, unsigned, hid_t scale, void* to) -> herr_t {
        H5Iinc_ref(scale);
        *static_cast<hid_t*>(to) = scale;
        return 1;
      };
      if (H5DSiterate_scales(object, index, nullptr, keep, &first) < 0 || first < 0) return -1;
      const Scoped scale(first, H5Oclose);
      if (H5DSdetach_scale(object, scale, index) < 0) return -1;
    }
  }
  return 0;
}

}  // namespace

void Dataset::make_scale(const std::string& name) {
  check_write(H5DSset_scale(id_, name.c_str()), *file_, "make " + name + " a dimension");
}

void Dataset::attach_scale(unsigned index, const Dataset& scale) {
  check_write(H5DSattach_scale(id_, scale.id_, index), *file_, "name a dimension");
}

File File::create(const std::string& path, const std::string& name) {
  silence();
  const Scoped creation(H5Pcreate(H5P_FILE_CREATE), H5Pclose);
  H5Pset_link_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
  H5Pset_attr_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
  require_memory();
  const Scoped access_list(make_access(true), H5Pclose);
  const hid_t id = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation, access_list);
  if (id < 0) fail(name, "create the file");
  return File(id, close_file, std::make_shared<FileState>(FileState{name}));
}

File File::open_to_read(const std::string& path) {
  return File(open(path, H5F_ACC_RDONLY), close_file, std::make_shared<FileState>(FileState{path}));
}

File File::open_to_write(const std::string& path, const std::string& name) {
  return File(open(path, H5F_ACC_RDWR), close_file, std::make_shared<FileState>(FileState{name}));
}

Dataset Group::create_dataset(const std::string& name, Type type, const Layout& layout, const void* fill) {
  const Scoped creation(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  const Scoped access(H5Pcreate(H5P_DATASET_ACCESS), H5Pclose);
  H5Pset_attr_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
  H5Pset_fill_value(creation, memory_type(type), fill);
  if (layout.chunk.empty()) {
    H5Pset_alloc_time(creation, H5D_ALLOC_TIME_EARLY);
  } else {
    H5Pset_chunk(creation, static_cast<int>(layout.chunk.size()),
                 reinterpret_cast<const hsize_t*>(layout.chunk.data()));
    if (layout.deflate_level > 0) {
      if (size_of(type) > 1) H5Pset_shuffle(creation);
      H5Pset_deflate(creation, static_cast<unsigned>(layout.deflate_level));
    }
    // Every chunk is written once and whole.
    H5Pset_chunk_cache(access, 0, 0, 1.0);
  }
  const Scoped space(make_space(layout.extent), H5Sclose);
  const hid_t id = check_write(H5Dcreate2(id_, name.c_str(), file_type(type), space, H5P_DEFAULT, creation, access),
                               *file_, "create the dataset " + name);
  return Dataset(id, close_dataset, file_);
}

Dataset Group::dataset(const std::string& name) const {
  check_link(name);
  Dataset dataset(check(H5Dopen2(id_, name.c_str(), H5P_DEFAULT), *file_, "open the dataset " + name), close_dataset,
                  file_);
  dataset.name_ = name;
  dataset.was_there_ = true;
  dataset.stored();  // refuses values in other files
  return dataset;
}

Group Group::create_group(const std::string& name) {
  silence();
  const Scoped creation(H5Pcreate(H5P_GROUP_CREATE), H5Pclose);
  H5Pset_link_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
  H5Pset_attr_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED);
  return Group(check_write(H5Gcreate2(id_, name.c_str(), H5P_DEFAULT, creation, H5P_DEFAULT), *file_,
                           "create the group " + name),
               close_group, file_);
}

Group Group::group(const std::string& name) const {
  check_link(name);
  return Group(check(H5Gopen2(id_, name.c_str(), H5P_DEFAULT), *file_, "open the group " + name), close_group, file_);
}

/// Throws StorageError where a name stands for a place elsewhere: in another file, which may be a pipe, or in this one.
void Group::check_link(const std::string& name) const {
  silence();
  H5L_info_t link;
  check(H5Lget_info(id_, name.c_str(), &link, H5P_DEFAULT), *file_, "find " + name);
  if (link.type == H5L_TYPE_HARD) return;
  throw StorageError(file_->path + ": " + name + " is a link to another " +
                     (link.type == H5L_TYPE_SOFT ? "place" : "file") + "; deadcone does not follow it");
}

void Group::remove(const std::string& name) {
  if (H5Oexists_by_name(id_, name.c_str(), H5P_DEFAULT) > 0) {
    const Scoped object(check(H5Oopen(id_, name.c_str(), H5P_DEFAULT), *file_, "open " + name), H5Oclose);
    const auto detach_member = [](hid_t group, const char* member, const H5L_info_t*, void*) -> herr_t {
      const Scoped dataset(H5Oopen(group, member, H5P_DEFAULT), H5Oclose);
      return detach_scales(dataset);
    };
    const bool is_group = H5Iget_type(object) == H5I_GROUP;
    check_write(is_group ? H5Literate(object, H5_INDEX_NAME, H5_ITER_NATIVE, nullptr, detach_member, nullptr)
                         : detach_scales(object),
                *file_, "detach the dimensions of " + name);
  }
  check_write(H5Ldelete(id_, name.c_str(), H5P_DEFAULT), *file_, "remove " + name);
}

bool Group::has(const std::string& name) const {
  return H5Lexists(id_, name.c_str(), H5P_DEFAULT) > 0;
}

void File::close() {
  silence();
  if (file_->broken) throw StorageError(file_->path + ": cannot write to the disk");
  check_write(H5Fflush(id_, H5F_SCOPE_LOCAL), *file_, "write to the disk");
  Object::close();
}

std::string library_version() {
  unsigned major = 0;
  unsigned minor = 0;
  unsigned release = 0;
  H5get_libversion(&major, &minor, &release);
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(release);
}

bool is_thread_safe() {
  hbool_t is_safe = 0;
  return H5is_library_threadsafe(&is_safe) >= 0 && is_safe;
}

}  // namespace deadcone::hdf5
