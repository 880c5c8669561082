#pragma once

// The library in one include: map every start of a sweep, or run one trajectory. Link deadcone::core.
//
// What works on files has headers of its own, which need deadcone::deadcone: sweep_file.hpp, merge.hpp, verify.hpp,
// analysis.hpp and gradient_field.hpp.

#include "deadcone/compute.hpp"
#include "deadcone/config.hpp"
#include "deadcone/errors.hpp"
#include "deadcone/fate.hpp"
#include "deadcone/mapper.hpp"
#include "deadcone/memory_sink.hpp"
#include "deadcone/run_trajectory.hpp"
#include "deadcone/sweep.hpp"
#include "deadcone/sweep_sink.hpp"
#include "deadcone/unit/affine.hpp"
