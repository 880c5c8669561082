#pragma once

#include "file/experiment.hpp"

namespace deadcone {

/// The maps of a single unit under gradient descent with momentum.
const Experiment& unit_experiment();

}  // namespace deadcone
