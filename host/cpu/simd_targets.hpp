#pragma once

#include "cpu/tile_work.hpp"

namespace deadcone {

/// The vector loops, each from a file of its own that is compiled for its instruction set; the first argument only says
/// which number type. They must not be called on a machine without it.
TileLoop<float> avx2_loop(float, const Variant& variant, bool several);
TileLoop<double> avx2_loop(double, const Variant& variant, bool several);
TileLoop<float> avx512_loop(float, const Variant& variant, bool several);
TileLoop<double> avx512_loop(double, const Variant& variant, bool several);

}  // namespace deadcone
