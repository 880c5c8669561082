#!/usr/bin/env python3
"""Counts the instructions of the vector loop's hot path, from its disassembly.

    hot_loop.py PROGRAM [avx2|avx512 [float|double]]    PROGRAM is one that deadcone's library is linked into

The hot path is the innermost loop that holds the packed divisions of one update: two for every vector of trajectories
(planar state, nothing certified). What it does when a trajectory ends is elsewhere and not counted.
"""

import json
import re
import subprocess
import sys

NAMESPACES = {"avx2": "N_AVX2", "avx512": "N_AVX3"}
VECTOR_BYTES = {"avx2": 32, "avx512": 64}
REAL_BYTES = {"float": 4, "double": 8}
DIVISIONS_PER_UPDATE = 2


def function(program, symbol):
    """(address, instruction) for every instruction of the function."""
    text = subprocess.run(
        ["objdump", "--disassemble", "--demangle", "--no-show-raw-insn", "--wide", program],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    parts = [part for part in text.split("\n\n") if symbol in part.lstrip().split("\n", 1)[0]]
    if len(parts) != 1:
        raise SystemExit(f"hot_loop: {len(parts)} functions {symbol} in {program}")
    lines = (re.match(r"\s*([0-9a-f]+):\s+(.*)", line) for line in parts[0].splitlines())
    return [(int(line[1], 16), line[2]) for line in lines if line]


def hot_path(instructions):
    """The instructions of the shortest loop that holds packed divisions."""
    loops = []
    for address, text in instructions:
        jump = re.match(r"j\w+\s+([0-9a-f]+)\b", text)
        if jump and int(jump[1], 16) <= address:
            body = [t for a, t in instructions if int(jump[1], 16) <= a <= address]
            if any(re.match(r"vdivp[sd]", t) for t in body):
                loops.append(body)
    if not loops:
        raise SystemExit("hot_loop: no loop with divisions")
    return min(loops, key=len)


def kind(text):
    """Where an instruction is done: the dividers, the vector units (arithmetic, comparisons, masks), or elsewhere."""
    name, _, operands = text.partition(" ")
    if re.match(r"v(div|sqrt)", name):
        return "divide"
    if re.match(r"vmov|vbroadcast", name):  # loads, stores, and copies that cost a rename
        return "other"
    if re.search(r"%[xyz]mm", operands):
        return "vector"
    if name.startswith("k") and "(" not in operands:
        return "vector"
    return "other"


def count(program, instruction_set, precision):
    """Instructions per vector of updates, by kind, and how many updates that is."""
    symbol = f"{NAMESPACES[instruction_set]}::loop<(deadcone::Geometry)0, false, false, {precision}>"
    body = hot_path(function(program, symbol))
    kinds = [kind(text) for text in body]
    vectors, rest = divmod(kinds.count("divide"), DIVISIONS_PER_UPDATE)
    if rest:
        raise SystemExit(f"hot_loop: {kinds.count('divide')} divisions are not whole updates")
    return {
        "updates": VECTOR_BYTES[instruction_set] // REAL_BYTES[precision],
        "instructions": len(body) / vectors,
        "vector": kinds.count("vector") / vectors,
        "divide": kinds.count("divide") / vectors,
    }


def main():
    program, *rest = sys.argv[1:]
    sets = rest[:1] or NAMESPACES
    precisions = rest[1:] or REAL_BYTES
    print(json.dumps({s: {p: count(program, s, p) for p in precisions} for s in sets}, indent=1))


if __name__ == "__main__":
    main()
