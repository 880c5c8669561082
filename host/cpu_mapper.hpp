#pragma once

#include <memory>

#include "deadcone/mapper.hpp"

namespace deadcone {

/// The mapper that runs one trajectory after the other on every thread: the reference for all others.
/// `threads` = 0: one for each core.
std::unique_ptr<Mapper> make_cpu_mapper(int threads);

}  // namespace deadcone
