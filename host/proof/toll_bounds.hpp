#pragma once

// The constants of the toll theorem, in units of gamma. docs/proofs.md, section 7, has it.

namespace deadcone {

/// The weight x down to which curvature at Delta = 0 in the plane stays below `limit` = 2/eta or a little less; at least
/// rising_weight where there is none below that.
double edge_of_toll(double limit);

/// 1/2 less the lowest loss at weight x, whatever the bias is, from above.
double depth_at(double x);

/// A margin such that no trajectory of momentum beta = 1 - eta/glide that has less energy than (1 - margin)/2 comes from
/// rising_weight, or from a place where momentum would leave it to the right of x = edge_of_toll(), to the left of x. It
/// holds for smaller `eta` and `glide` as well, with the same x. `glide` >= `eta`, x < rising_weight; `depth` is depth_at(x).
double margin_of_toll(double eta, double glide, double x, double depth);

}  // namespace deadcone
