#pragma once

// How often a program computes the bounds of proofs.

namespace deadcone::test {

/// Calls of ProofBounds::of() since the program began.
int proof_bounds_calls();

}  // namespace deadcone::test
