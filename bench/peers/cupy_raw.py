"""What a user would write with CuPy: a RawKernel, one thread for each pixel; erfc and exp as CUDA has them."""

import cupy
import numpy as np

from contestant import problem, serve

SOURCE = r"""
extern "C" __global__ void map(const REAL* w0, const REAL* b0, int pixels, REAL beta, REAL gamma, REAL eta, REAL delta,
                               REAL tol, REAL rho, REAL epsilon, int max_steps, signed char* fate, int* steps) {
  const int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= pixels) return;
  REAL w = w0[i], b = b0[i], mw = 0, mb = 0;
  const REAL target = sqrt(gamma * gamma + delta * delta);
  const REAL limit = REAL(1e6) * (sqrt(w * w + b * b) + target);
  bool was_at_rest = false;
  fate[i] = 3;
  int step = 0;
  while (step < max_steps) {
    ++step;
    const REAL s = fabs(w), sign = w < 0 ? REAL(-1) : REAL(1), t = b / s;
    const REAL active = REAL(0.5) * erfc(-t * REAL(0.70710678118654752));
    const REAL density = REAL(0.39894228040143268) * exp(REAL(-0.5) * t * t);
    const REAL g = gamma * sign;
    const REAL gw = active * (w - gamma) + density * (t * g - delta) * sign;
    const REAL gb = active * (b - delta) + density * (s - g);
    mw = beta * mw + (1 - beta) * gw;
    mb = beta * mb + (1 - beta) * gb;
    w -= eta * mw;
    b -= eta * mb;
    if (!(sqrt(w * w + b * b) <= limit)) { fate[i] = 4; break; }
    const bool at_rest = eta * sqrt(mw * mw + mb * mb) < tol && eta * sqrt(gw * gw + gb * gb) < tol;
    if (at_rest && was_at_rest) {
      const REAL dw = w - gamma, db = b - delta;
      const bool near = sqrt(dw * dw + db * db) <= rho * target;
      fate[i] = near ? 0 : REAL(0.5) * erfc(-b / fabs(w) * REAL(0.70710678118654752)) < epsilon ? 1 : 2;
      break;
    }
    was_at_rest = at_rest;
  }
  steps[i] = step;
}
"""
THREADS = 256


def main():
    p = problem()
    kernel = cupy.RawKernel(SOURCE.replace("REAL", p.precision), "map")
    w, b = cupy.asarray(p.w), cupy.asarray(p.b)
    fate, steps = cupy.empty(w.size, np.int8), cupy.empty(w.size, np.int32)
    real = p.real
    numbers = [real(v) for v in (p.beta, p.gamma, p.eta, p.delta, p.tol, p.rho, p.epsilon)]

    def run():
        arguments = (w, b, np.int32(w.size), *numbers, np.int32(p.max_steps), fate, steps)
        kernel(((w.size + THREADS - 1) // THREADS,), (THREADS,), arguments)
        cupy.cuda.Stream.null.synchronize()

    serve(p, run, lambda: (fate.get(), steps.get()))


if __name__ == "__main__":
    main()
