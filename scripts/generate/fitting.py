"""What the programs have in common that fit polynomials and rational functions: the fit, and coefficients as C++."""

import struct

import mpmath as mp


def chebyshev_nodes(count):
    """`count` points in (0, 1), dense at both ends."""
    return [(1 - mp.cos(mp.pi * (i + mp.mpf(1) / 2) / count)) / 2 for i in range(count)]


def lawson(rows, errors_of, iterations):
    """Reweighted least squares until the largest error is as small as it gets; returns (error, solution)."""
    count = len(rows(None)[0])
    weights = [mp.mpf(1)] * count
    state, best = None, None
    for _ in range(iterations):
        lhs, rhs = rows(state)
        width = len(lhs[0])
        matrix, vector = mp.matrix(count, width), mp.matrix(count, 1)
        for i in range(count):
            root = mp.sqrt(weights[i])
            for j in range(width):
                matrix[i, j] = lhs[i][j] * root
            vector[i] = rhs[i] * root
        state = list(mp.lu_solve(matrix.T * matrix, matrix.T * vector))
        errors = [abs(e) for e in errors_of(state)]
        worst = max(errors)
        if best is None or worst < best[0]:
            best = (worst, state)
        weights = [w * (e / worst + mp.mpf("1e-3")) for w, e in zip(weights, errors)]
        mean = sum(weights) / count
        weights = [w / mean for w in weights]
    return best


def to_float(x):
    return struct.unpack("f", struct.pack("f", float(x)))[0]


def literal(x, single):
    digits = (to_float(x) if single else float(x)).hex()
    mantissa, exponent = digits.split("p")
    return f"{mantissa.rstrip('0') if '.' in mantissa else mantissa}p{exponent}{'F' if single else ''}"


def table(name, real, coefficients, single, comment):
    """Highest power first, as the polynomials of arithmetic.hpp take them."""
    terms = ",\n    ".join(literal(c, single) for c in reversed(coefficients))
    return f"""/// {comment}
DEADCONE_TABLE {real} {name}_{real}[] = {{
    {terms}}};
"""


def polynomial(function, name, argument, real):
    """A function of the argument and its square that calls one of arithmetic.hpp's."""
    return f"""  template <class T>
  DEADCONE_HD static T {name}(T {argument}, T {argument}_squared) {{
    return {function}({argument}, {argument}_squared, {name}_{real});
  }}"""
