#include "merge.hpp"

#include <filesystem>
#include <set>

#include "deadcone/errors.hpp"
#include "sweep_json.hpp"

namespace deadcone {
namespace {

/// What all parts have in common, and what they ran on.
struct Common {
  Sweep sweep;
  std::string device;
};

/// Looks at every part. Throws ConfigError where they do not belong together.
Common common_to(const std::string& out, const std::vector<std::string>& parts) {
  Common common;
  std::set<std::string> devices;
  for (const std::string& path : parts) {
    std::error_code error;
    if (std::filesystem::equivalent(out, path, error)) throw ConfigError(out + ": is one of the parts");
    const SweepReader part(path);
    if (part.numerics() != numerics_version) {
      throw ConfigError(path + ": was made by deadcone " + part.attribute("version") +
                        ", whose results have other bits; merge with that version");
    }
    if (&path == &parts.front()) {
      common.sweep = part.sweep();
    } else if (const std::string text = difference(part.sweep(), common.sweep); !text.empty()) {
      throw ConfigError(path + ": holds another sweep than " + parts.front() + ": " + text);
    }
    devices.insert(part.attribute("device"));
  }
  for (const std::string& device : devices) common.device += (common.device.empty() ? "" : "; ") + device;
  return common;
}

}  // namespace

Merged merge_sweeps(const std::string& out, const std::vector<std::string>& parts, const std::string& command_line,
                    ExistingFile existing) {
  const Common common = common_to(out, parts);
  const auto points = static_cast<std::size_t>(common.sweep.points());
  // Which part has a point: the first that does.
  std::vector<std::size_t> source(points, parts.size());
  std::vector<Counts> counts(points);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const SweepReader part(parts[i]);
    for (std::size_t point = 0; point < points; ++point) {
      if (!part.is_done(static_cast<std::int64_t>(point))) continue;
      const Counts own = part.counts(static_cast<std::int64_t>(point));
      if (source[point] == parts.size()) {
        source[point] = i;
        counts[point] = own;
      } else if (counts[point] != own) {
        throw ConfigError(parts[i] + ": disagrees with " + parts[source[point]] + " about point " +
                          std::to_string(point) + "; `deadcone verify` tells which is wrong");
      }
    }
  }

  SweepWriter merged(out, common.sweep, {command_line, common.device}, existing);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const SweepReader part(parts[i]);
    for (std::size_t point = 0; point < points; ++point) {
      if (source[point] == i) merged.copy_point(part, static_cast<std::int64_t>(point));
    }
  }

  Merged result = {common.sweep, {}};
  for (std::size_t point = 0; point < points; ++point) {
    if (source[point] == parts.size()) result.missing.push_back(static_cast<std::int64_t>(point));
  }
  return result;
}

}  // namespace deadcone
