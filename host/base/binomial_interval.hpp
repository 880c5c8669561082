#pragma once

// How much a sample of yes and no says about the share of yes.

#include <cstdint>

#include "deadcone/counts.hpp"

namespace deadcone {

/// A share of trials, and bounds between which the probability of a hit lies.
struct BinomialInterval {
  double share;  ///< not a number where there are no trials
  double low;
  double high;
};

/// The interval of Clopper and Pearson, Biometrika 26, 404 (1934): whatever the probability is, it lies in the interval
/// of at least 95% of all samples. Without trials it is [0, 1].
BinomialInterval binomial_interval(std::int64_t hits, std::int64_t trials);

/// How many filled pixels are wrong, by the sample at the end of a refinement: `share` and the bounds, as numbers of
/// pixels. 0 where none are filled.
BinomialInterval estimate_wrong_fills(const Counts& counts);

}  // namespace deadcone
