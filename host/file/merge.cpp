#include "deadcone/merge.hpp"

#include <filesystem>
#include <set>

#include "deadcone/errors.hpp"
#include "config/sweep_json.hpp"

namespace deadcone {
namespace {

/// What all parts have in common, what they ran on, and which of them has each point.
struct Survey {
  Sweep sweep;
  std::string device;
  std::vector<std::size_t> source;  ///< by point: the first part that has it, or as many as there are parts
};

/// Throws ConfigError where a part is not of the sweep of the first, with the same bits.
void check_part(const SweepReader& part, const std::string& path, const Sweep& first, const std::string& first_path) {
  if (part.numerics() != numerics_version) {
    throw ConfigError(path + ": was made by deadcone " + part.attribute("version") +
                      ", whose results have other bits; merge with that version");
  }
  if (const std::string text = difference(part.sweep(), first); !text.empty()) {
    throw ConfigError(path + ": holds another sweep than " + first_path + ": " + text);
  }
}

/// Looks at every part. Throws ConfigError where they do not belong together.
Survey survey_of(const std::string& out, const std::vector<std::string>& parts) {
  Survey survey;
  std::set<std::string> devices;
  std::vector<Counts> counts;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    std::error_code error;
    if (std::filesystem::equivalent(out, parts[i], error)) throw ConfigError(out + ": is one of the parts");
    const SweepReader part(parts[i]);
    if (i == 0) {
      survey.sweep = part.sweep();
      survey.source.resize(static_cast<std::size_t>(survey.sweep.points()), parts.size());
      counts.resize(survey.source.size());
    }
    check_part(part, parts[i], survey.sweep, parts.front());
    devices.insert(part.attribute("device"));
    for (std::size_t point = 0; point < counts.size(); ++point) {
      if (!part.is_done(static_cast<std::int64_t>(point))) continue;
      const Counts own = part.counts(static_cast<std::int64_t>(point));
      if (survey.source[point] == parts.size()) {
        survey.source[point] = i;
        counts[point] = own;
      } else if (counts[point] != own) {
        throw ConfigError(parts[i] + ": disagrees with " + parts[survey.source[point]] + " about point " +
                          std::to_string(point) + "; `deadcone verify` tells which is wrong");
      }
    }
  }
  for (const std::string& device : devices) survey.device += (survey.device.empty() ? "" : "; ") + device;
  return survey;
}

}  // namespace

Merged merge_sweeps(const std::string& out, const std::vector<std::string>& parts, const std::string& command_line,
                    ExistingFile existing) {
  const auto [sweep, device, source] = survey_of(out, parts);
  SweepWriter merged(out, sweep, {command_line, device}, existing);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const SweepReader part(parts[i]);
    for (std::size_t point = 0; point < source.size(); ++point) {
      if (source[point] == i) merged.copy_point(part, static_cast<std::int64_t>(point));
    }
  }

  Merged result = {sweep, {}};
  for (std::size_t point = 0; point < source.size(); ++point) {
    if (source[point] == parts.size()) result.missing.push_back(static_cast<std::int64_t>(point));
  }
  return result;
}

}  // namespace deadcone
