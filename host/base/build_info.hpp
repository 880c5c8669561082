#pragma once

// The source that this binary was built from. Every file records it.

namespace deadcone {

const char* version();
/// Of the source tree at build time, with "-dirty" where it had changes; "unknown" outside a git checkout.
const char* git_commit();
const char* compiler();

}  // namespace deadcone
