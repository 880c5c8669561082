"use strict";

// The standard normal density and distribution, as include/deadcone/numeric/normal.hpp has them: the lower tail is phi(x) M(x)
// with Mills' ratio M a rational function, so it keeps its relative accuracy down to underflow. The coefficients are
// those of include/deadcone/numeric/normal_coefficients.hpp in double, highest power first; the denominator is monic.

atlas.normal = (() => {
  const NUMERATOR = [
    0.9999999999967184, 26.920840034631894, 354.7834626123179, 2961.2140213348557,
    17120.748037082867, 70866.01436064357, 210024.86890466377, 431528.4348466766, 563298.8814707298,
    363777.52899439196
  ];
  const DENOMINATOR = [
    1.0, 26.92084003396134, 355.7834626741771, 2988.134857932988, 17473.531629186375,
    73773.38316380711, 226446.12321724024, 496740.0475550491, 742571.3083288852, 681035.4483438669,
    290252.4739516421
  ];
  // Beyond it the density is exactly zero, there as here.
  const LARGEST = 37.5;
  const ROOT_2PI = Math.sqrt(2 * Math.PI);

  function polynomial(x, coefficients) {
    let sum = coefficients[0];
    for (let i = 1; i < coefficients.length; ++i) sum = sum * x + coefficients[i];
    return sum;
  }

  /** Writes phi(t) and Phi(t) into `result`. Not-a-number counts as minus infinity, which is what relu(0) needs. */
  return (t, result) => {
    const x = Math.abs(t);
    if (!(x < LARGEST)) {
      result.density = 0;
      result.distribution = t > 0 ? 1 : 0;
      return;
    }
    const density = Math.exp(-0.5 * x * x) / ROOT_2PI;
    const tail = density * (polynomial(x, NUMERATOR) / polynomial(x, DENOMINATOR));
    result.density = density;
    result.distribution = t > 0 ? 1 - tail : tail;
  };
})();
