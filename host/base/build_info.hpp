#pragma once

// What this binary was made from: it is written into every file.

namespace deadcone {

const char* version();
/// Of the source tree at build time, with "-dirty" where it had changes; "unknown" outside a git checkout.
const char* git_commit();
const char* compiler();

}  // namespace deadcone
