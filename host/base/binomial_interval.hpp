#pragma once

// How much a sample of yes and no says about the share of yes.

#include <cstdint>

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

}  // namespace deadcone
