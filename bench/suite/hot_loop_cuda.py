#!/usr/bin/env python3
"""Counts the instructions of one update on a GPU, in the machine code of the kernel (planar state, nothing certified).

    hot_loop_cuda.py PROGRAM [ARCHITECTURE]    PROGRAM is one that holds the kernel, ARCHITECTURE one of its own: sm_90

cuobjdump and nvdisasm, parts of the CUDA Toolkit, must be on the PATH. The hot path is the innermost loop with the most
reciprocals, two for the divisions of each update, without the calls that a division makes for numbers out of the usual.
"""

import json
import re
import shutil
import subprocess
import sys

SYMBOL = "map_pixelsILNS_8GeometryE0ELb0E{}E"
MANGLED = {"float": "f", "double": "d"}
RECIPROCALS_PER_UPDATE = 2
# Lanes in which a processor issues instructions in a cycle, and those of its units for double. The latter is the number of
# data-centre cards such as the A100 and the H100.
LANES, DOUBLE_LANES = 128, 64
DOUBLE_KINDS = ("DADD", "DFMA", "DMNMX", "DMUL", "DSETP")


class NoHotLoop(Exception):
    """Why it cannot be counted, in one line."""


def function(program, architecture, symbol):
    """(address, instruction) for every instruction of the function whose mangled name has `symbol` in it."""
    if not all(shutil.which(tool) for tool in ("cuobjdump", "nvdisasm")):
        raise NoHotLoop("cuobjdump and nvdisasm are not on the PATH")
    command = ["cuobjdump", "-sass", "-arch", architecture, program]
    text = subprocess.run(command, check=False, capture_output=True, text=True).stdout
    parts = [part for part in text.split("Function : ")[1:] if symbol in part.split("\n", 1)[0]]
    if len(parts) != 1:
        raise NoHotLoop(f"{len(parts)} functions {symbol} for {architecture} in {program}")
    lines = re.findall(r"/\*([0-9a-f]{4,5})\*/\s+(.*?)\s*;", parts[0])
    return [(int(address, 16), text) for address, text in lines]


def target_of(text):
    """Where a branch goes, if it is one."""
    match = re.search(r"\bBRA\b.*?0x([0-9a-f]+)", text)
    return int(match[1], 16) if match else None


def reciprocals(texts):
    return sum("MUFU.RCP" in text for text in texts)


def hot_path(instructions):
    """The instructions of the loop that updates execute."""
    loops = []
    for address, text in instructions:
        target = target_of(text)
        if target is not None and target <= address:
            body = [(a, t) for a, t in instructions if target <= a <= address]
            if reciprocals(t for _, t in body) >= RECIPROCALS_PER_UPDATE:
                loops.append(body)
    innermost = [loop for loop in loops if not any(other is not loop and set(other) <= set(loop) for other in loops)]
    if not innermost:
        raise NoHotLoop("there is no loop with the reciprocals of an update")
    body = max(innermost, key=lambda loop: reciprocals(t for _, t in loop))
    path, resumes = [], 0
    for address, text in body:
        if address < resumes:
            continue
        path.append(text)
        target = target_of(text)
        # A branch over a call: taken, but for numbers out of the usual.
        if target is not None and target > address and any("CALL" in t for a, t in body if address < a < target):
            resumes = target
    return path


def count(program, architecture, precision):
    """Instructions of an update, those in the units for double, and how many of each kind."""
    path = hot_path(function(program, architecture, SYMBOL.format(MANGLED[precision])))
    return count_path(path)


def count_path(path):
    updates = reciprocals(path) / RECIPROCALS_PER_UPDATE
    kinds = {}
    for text in path:
        name = re.sub(r"^@!?U?P\d+\s+", "", text).split()[0].split(".")[0]
        kinds[name] = kinds.get(name, 0) + 1
    kinds = {name: number / updates for name, number in sorted(kinds.items(), key=lambda item: -item[1])}
    return {"instructions": len(path) / updates, "double": in_double(kinds), "kinds": kinds}


def in_double(kinds):
    """Those in the units for double."""
    return sum(kinds.get(kind, 0) for kind in DOUBLE_KINDS)


def cycles_per_update(kinds):
    """Cycles of a processor that the instructions of an update take at least, for one lane: to issue, or in the units for double."""
    return max(sum(kinds.values()) / LANES, in_double(kinds) / DOUBLE_LANES)


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    program, architecture = sys.argv[1], sys.argv[2] if len(sys.argv) == 3 else "sm_90"
    try:
        print(json.dumps({precision: count(program, architecture, precision) for precision in MANGLED}, indent=1))
    except NoHotLoop as error:
        sys.exit(f"hot_loop_cuda: {error}")


if __name__ == "__main__":
    main()
