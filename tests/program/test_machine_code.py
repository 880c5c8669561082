"""The machine code of the program: scalar loops that are compiled for fma instructions have them (host/base/fma.hpp).

A compiler that leaves a function inside such a loop as it is calls the one that is compiled for any machine, which calls another
for each fma: the bits are the same, and a loop takes two to five times as long.
"""

import os
import re
import subprocess

import pytest

LOOPS = re.compile(r"\d+fma_(loop|start|finish|measure|sample|landscape)I")
HEAD = re.compile(r"^[0-9a-f]+ <(.+)>:$")
CALL = re.compile(r"\s(?:call|jmp)\s+[0-9a-f]+ <([^>+]+)>$")
FMA = re.compile(r"^fmaf?(@plt)?$")


def callees_by_function(program):
    """The names of the functions that each function calls, by its name, both mangled."""
    command = ["objdump", "--disassemble", "--no-show-raw-insn", program]
    listing = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    callees, of = {}, set()
    for line in listing.splitlines():
        if head := HEAD.match(line):
            of = callees.setdefault(head[1], set())
        elif call := CALL.search(line):
            of.add(call[1])
    return callees


def test_loops_for_fma_instructions_call_no_function_for_one():
    callees = callees_by_function(os.environ["DEADCONE"])
    if not any(FMA.match(name) for name in set().union(*callees.values())):
        pytest.skip("nothing in this program calls a function for an fma")
    loops = [name for name in callees if LOOPS.search(name)]
    assert len(loops) > 100
    for loop in loops:
        reached, ahead = set(), [loop]
        while ahead:
            name = ahead.pop()
            if name not in reached:
                reached.add(name)
                ahead.extend(callees.get(name, ()))
        # What a loop calls to take pixels or to tell that it has them calls nothing that computes.
        assert not any(FMA.match(name) for name in reached), f"{loop} calls a function for an fma"
