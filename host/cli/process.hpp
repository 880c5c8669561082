#pragma once

namespace deadcone {

/// Prepares the process, before anything else is done in it. A standard stream that is closed becomes /dev/null, so
/// that no file that is opened later takes its place; results cannot be written to a stdout that was closed, messages
/// for a closed stderr are lost. A file that grows beyond the limit of its size (ulimit -f) makes the write fail, and
/// does not end the process. CUDA will start with as many queues between host and device as tiles are in flight, 32, if
/// the environment does not say otherwise: with its eight, streams wait for each other. It is set here because no other
/// thread may read the environment meanwhile. Returns false where a stream is closed and /dev/null cannot be opened.
bool prepare_process();

}  // namespace deadcone
