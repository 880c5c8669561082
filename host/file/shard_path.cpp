#include "file/shard_path.hpp"

#include <filesystem>

namespace deadcone {

std::string path_of_shard(const std::string& path, const Shard& shard) {
  const std::filesystem::path whole(path);
  const std::string name = whole.stem().string() + "." + std::to_string(shard.index + 1) + "-of-" +
                           std::to_string(shard.count) + whole.extension().string();
  return (whole.parent_path() / name).string();
}

}  // namespace deadcone
