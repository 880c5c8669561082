#include "sweep/remarks.hpp"

#include <cmath>
#include <cstdint>

#include "base/binomial_interval.hpp"
#include "deadcone/proof/well_bounds.hpp"
#include "deadcone/sweep_maps.hpp"

namespace deadcone {

std::vector<std::string> remarks_before(const Sweep& sweep, const std::vector<PointRun>& runs) {
  const bool has_starts =
      sweep.axis(sweep.plane.x_axis).side != nullptr && sweep.axis(sweep.plane.y_axis).side != nullptr;
  if (!sweep.criteria.certify || !has_starts) return {};
  if (sweep.is_general() && !may_have_wells(sweep.unit, sweep.optimizer, sweep.criteria)) {
    const bool is_plain =
        sweep.optimizer == Optimizer{.kind = sweep.optimizer.kind, .has_decay = sweep.optimizer.has_decay};
    return {std::string("certify: no theorem holds for ") + name_of(sweep.unit) + " under " +
            name_of(sweep.optimizer.kind) + (is_plain ? "" : " with clipping or a schedule") +
            (sweep.criteria.lyapunov_updates > 0 ? " where Lyapunov exponents are measured" : "") +
            "; trajectories run to their end"};
  }
  if (sweep.is_general() && well_evaluations_of(sweep) == 0)
    return {"certify: too few starts share a target for a search of its wells; trajectories run to their end"};
  const std::int64_t most_looked_at = sweep.is_general() ? 100 : 10'000;
  std::int64_t points = 0;
  for (const PointRun& run : runs) points += run.count;
  const std::int64_t apart = (points - 1) / most_looked_at + 1;
  SweepMaps maps(sweep);
  std::int64_t looked_at = 0;
  std::int64_t unprovable = 0;
  std::int64_t skip = 0;  // points of the next run
  for (const PointRun& run : runs) {
    for (; skip < run.count; skip += apart) {
      ++looked_at;
      unprovable += maps.proves_anything_at(sweep.point(run.first + skip)) ? 0 : 1;
    }
    skip -= run.count;
  }
  if (unprovable == 0) return {};
  return {
      "certify: at " + std::to_string(unprovable) + " of " + std::to_string(looked_at) +
      (looked_at == 1 ? " point" : " points") + (apart == 1 ? "" : " looked at") + " no fate can be proved, because " +
      (sweep.is_general() ? "eta is too large, r is not 0 or no well is found" : "eta, epsilon or rho is too large") +
      "; trajectories there run to their end"};
}

std::vector<std::string> remarks_after(const Counts& total) {
  std::vector<std::string> remarks;
  if (total.fill_mismatches > 0) {
    remarks.push_back("refine: " + std::to_string(total.fill_mismatches) +
                      (total.fill_mismatches == 1 ? " filled pixel has" : " filled pixels have") +
                      " another fate when computed; the pixels around were computed, too");
  }
  if (total.fill_sampled == 0 || total.filled == 0) return remarks;
  const auto [wrong, low, high] = estimate_wrong_fills(total);
  remarks.push_back("refine: of " + std::to_string(total.filled) + " filled pixels about " +
                    std::to_string(std::llround(wrong)) + " have another fate, " + std::to_string(std::llround(low)) +
                    " to " + std::to_string(std::llround(high)) + " at 95% confidence, by a sample of " +
                    std::to_string(total.fill_sampled));
  return remarks;
}

}  // namespace deadcone
