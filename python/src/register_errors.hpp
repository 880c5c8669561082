#pragma once

namespace deadcone::python {

/// Makes errors of the library those of deadcone.errors, in the words of Python: arguments, not options.
void register_errors();

}  // namespace deadcone::python
