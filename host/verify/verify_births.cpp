#include <algorithm>
#include <cstdint>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "deadcone/birth_file.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/network/network_plan.hpp"
#include "file/birth_experiment.hpp"
#include "file/birth_reader.hpp"
#include "file/schema_check.hpp"
#include "network/cpu_birth_mapper.hpp"

namespace deadcone {
namespace {

class BirthVerification {
 public:
  BirthVerification(const std::string& path, const BirthVerifyOptions& options, Meter& meter)
      : path_(path), reader_(path), options_(options), meter_(meter) {
    report_.sweep = reader_.sweep();
  }

  BirthReport run() {
    const int numerics = reader_.file().numerics();
    if (numerics != birth_numerics) {
      throw Error(path_ + ": was made by deadcone " + reader_.file().attribute("version") +
                  ", whose results have other bits (numerics " + std::to_string(numerics) + ", here " +
                  std::to_string(birth_numerics) + "); only that version can verify it");
    }
    const SchemaCheck schema = check_against_schema(path_, schema_of_any());
    report_.findings = schema.wrong;
    report_.unchecked = schema.unchecked;
    std::vector<Work> sound;
    for (std::int64_t point = 0; point < reader_.sweep().points(); ++point) {
      if (meter_.stop) throw Interrupted();
      if (!is_done(point)) continue;
      if (const auto work = work_of_sound(point)) sound.push_back({*work, point});
    }
    for (const std::int64_t point : chosen(std::move(sound))) recompute(point);
    for (const PointVariable& field : reader_.file().schema().point_fields) {
      if (!field.repeats) report_.unchecked.push_back(field.variable.name);
    }
    return std::move(report_);
  }

 private:
  /// A point, and about how many multiply-adds take as long as its networks.
  struct Work {
    double multiply_adds;
    std::int64_t point;
  };
  static constexpr double adds_of_number = 30.0;  ///< that take as long as a random number, in scalars

  std::string name(std::int64_t point) const {
    return "point " + std::to_string(point) + " (" + point_name(reader_.file().schema(), point) + ")";
  }

  bool is_done(std::int64_t point) {
    const int mark = reader_.file().done_mark(point);
    if (mark == 0) report_.unchecked.push_back(name(point) + ", which is not done");
    if (mark != 0 && mark != 1) {
      report_.findings.push_back(name(point) + ": " + point_done + " is " + std::to_string(mark) +
                                 ", should be 0 or 1");
    }
    return mark == 1;
  }

  /// The work of a point of which all that is stored follows from its counts; nothing of others.
  std::optional<double> work_of_sound(std::int64_t point) {
    ++report_.checked;
    const PointValues stored = reader_.file().read_points({point, 1});
    const BirthResult result = birth_result(reader_.sweep(), point, stored);
    const BirthCounts& counts = result.counts;
    const BirthSweep& sweep = reader_.sweep();
    const std::int64_t died = std::accumulate(counts.died.begin(), counts.died.end(), std::int64_t{0});
    std::string wrong;
    const bool may_have_fewer = sweep.precision_goal > 0.0 && counts.networks >= 1 && counts.networks < sweep.networks;
    if (counts.networks != sweep.networks && !may_have_fewer) wrong = "networks";
    if (died != counts.born_dead || counts.born_dead > counts.networks)
      wrong += (wrong.empty() ? "" : ", ") + std::string("born_dead");
    const PointValues right = birth_values(sweep, point, result);
    for (std::size_t i = 0; i < right.size(); ++i) {
      const PointVariable& field = reader_.file().schema().point_fields[i];
      if (!field.repeats || stored[i] == right[i]) continue;
      wrong += (wrong.empty() ? "" : ", ") + field.variable.name;
    }
    if (wrong.empty()) {
      const BirthPoint of = sweep.point(point);
      const double of_network =
          network::multiply_adds(sweep.kind, of) + adds_of_number * network::random_numbers(sweep.kind, of);
      return of_network * static_cast<double>(counts.networks);
    }
    report_.findings.push_back(name(point) + ": does not fit its counts: " + wrong);
    return {};
  }

  /// All points, or those that take least, as long as they take seconds.
  std::vector<std::int64_t> chosen(std::vector<Work> points) {
    constexpr double most_work = 1e10;
    if (!options_.all) std::ranges::sort(points, {}, &Work::multiply_adds);
    std::vector<std::int64_t> all;
    double sum = 0.0;
    for (const auto& [work, point] : points) {
      sum += work;
      if (sum > most_work && !options_.all) break;
      all.push_back(point);
    }
    if (all.empty() && !points.empty())
      report_.unchecked.emplace_back("the networks, of which every point takes longer than some seconds");
    return all;
  }

  void recompute(std::int64_t point) {
    const BirthCounts stored = reader_.result(point).counts;
    BirthCounts computed(reader_.sweep().point(point).depth());
    const std::int64_t blocks = (stored.networks + networks_of_block - 1) / networks_of_block;
    constexpr std::int64_t at_once = 64;
    for (std::int64_t first = 0; first < blocks; first += at_once) {
      mapper_->run(reader_.sweep().kind, reader_.sweep().point(point), {first, std::min(at_once, blocks - first)},
                   stored.networks, meter_, computed);
    }
    ++report_.points;
    report_.networks += stored.networks;
    if (!(computed == stored)) report_.findings.push_back(name(point) + ": has other counts when it is recomputed");
  }

  std::string path_;
  BirthReader reader_;
  BirthVerifyOptions options_;
  Meter& meter_;
  std::unique_ptr<BirthMapper> mapper_ = make_cpu_birth_mapper(options_.threads, InstructionSet::scalar);
  BirthReport report_;
};

}  // namespace

BirthReport verify_births(const std::string& path, const BirthVerifyOptions& options, Meter& meter) {
  return BirthVerification(path, options, meter).run();
}

}  // namespace deadcone
