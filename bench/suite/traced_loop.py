#!/usr/bin/env python3
"""Counts the instructions of one update of any loop, by stepping bench_mapper through it (Linux on x86-64).

    traced_loop.py BENCH_MAPPER avx2|avx512 float|double CASE

hot_loop.py reads the rectifier's loop in the disassembly. That of any unit has branches, inner loops and several paths, so here
instructions are counted as they are made: a thread is stepped from its first instruction in the loop to its last, twice, for 8 and
16 updates of every pixel. The difference is what 8 updates of each take; starts and ends of trajectories are in both.
"""

import collections
import contextlib
import ctypes
import dataclasses
import json
import os
import pathlib
import re
import signal
import subprocess
import sys

import hot_loop
from cases import CASES

SIDE = 8  # 64 pixels: whole vectors, several in flight
UPDATES = 8
PEEK_USER, POKE_USER, PEEK_TEXT, POKE_TEXT, TRACE_ME, CONTINUE, STEP, SET_OPTIONS = 3, 6, 1, 4, 0, 7, 9, 0x4200
TRACE_CLONE, EXIT_KILL = 8, 0x100000
RIP, RSP = 16 * 8, 19 * 8  # in the user area
INTERRUPT = 0xCC
ANY_THREAD = 0x40000000  # __WALL of waitpid

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.restype = ctypes.c_long
libc.ptrace.argtypes = (ctypes.c_long, ctypes.c_long, ctypes.c_ulong, ctypes.c_ulong)


class NoTrace(Exception):
    """Why nothing was counted, in one line."""


def ptrace(request, process, address=0, data=0):
    ctypes.set_errno(0)
    result = libc.ptrace(request, process, address, data)
    if ctypes.get_errno():
        raise NoTrace(f"ptrace: {os.strerror(ctypes.get_errno())}")
    return result & 0xFFFFFFFFFFFFFFFF


def loops_of(program, instruction_set, precision):
    """Addresses of the program's loops for an instruction set and precision."""
    text = subprocess.run(["nm", "--demangle", program], check=True, capture_output=True, text=True).stdout
    name = re.compile(rf"([0-9a-f]+) \w void .*::{hot_loop.NAMESPACES[instruction_set]}::\w*loop<.*\b{precision}>\(")
    found = [int(match[1], 16) for match in map(name.match, text.splitlines()) if match]
    if not found:
        raise NoTrace(f"no loops for {instruction_set} in {program}")
    return found


def start(command):
    """Starts a program that is traced, before its first instruction."""
    process = os.fork()
    if process == 0:
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, 0)
        os.dup2(null, 1)
        libc.ptrace(TRACE_ME, 0, 0, 0)
        os.execv(command[0], command)
    os.waitpid(process, 0)
    ptrace(SET_OPTIONS, process, 0, TRACE_CLONE | EXIT_KILL)
    return process


def base_of(process, program):
    """Where a program, which is linked to run anywhere, lies in memory."""
    for line in pathlib.Path(f"/proc/{process}/maps").read_text().splitlines():
        if line.endswith(str(program)):
            return int(line.split("-")[0], 16)
    raise NoTrace(f"{program} is not in memory")


def run_to(process, places):
    """Runs a process to the first of these addresses. Returns the thread that got there."""
    words = {place: ptrace(PEEK_TEXT, process, place) for place in places}
    for place, word in words.items():
        ptrace(POKE_TEXT, process, place, word & ~0xFF | INTERRUPT)
    ptrace(CONTINUE, process)
    while True:
        thread, status = os.waitpid(-1, ANY_THREAD)
        if not os.WIFSTOPPED(status):
            if thread == process:
                raise NoTrace("the program ended before its loop")
            continue
        if os.WSTOPSIG(status) == signal.SIGTRAP and status >> 16 == 0:
            at = ptrace(PEEK_USER, thread, RIP) - 1
            if at in words:
                break
        passed_on = os.WSTOPSIG(status) if os.WSTOPSIG(status) not in (signal.SIGTRAP, signal.SIGSTOP) else 0
        ptrace(CONTINUE, thread, 0, passed_on)
    for place, word in words.items():
        ptrace(POKE_TEXT, thread, place, word)
    ptrace(POKE_USER, thread, RIP, at)
    return thread


def trace(program, options, places):
    """How often each instruction is made from the start of one of the functions to its end, by address."""
    process = start([str(program), *options])
    try:
        base = base_of(process, program)
        thread = run_to(process, [base + place for place in places])
        stack = ptrace(PEEK_USER, thread, RSP)
        made = collections.Counter()
        while True:
            made[ptrace(PEEK_USER, thread, RIP) - base] += 1
            ptrace(STEP, thread)
            os.waitpid(thread, ANY_THREAD)
            if ptrace(PEEK_USER, thread, RSP) > stack:
                return made
    finally:
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.kill(process, signal.SIGKILL)
            while os.waitpid(-1, ANY_THREAD)[0] != process:  # the process ends when all its threads have been waited for
                pass


def kinds_of(program):
    """The kind of every instruction, by address."""
    text = subprocess.run(
        ["objdump", "--disassemble", "--no-show-raw-insn", "--wide", program], check=True, capture_output=True, text=True
    ).stdout
    lines = (re.match(r"\s*([0-9a-f]+):\s+(.*)", line) for line in text.splitlines())
    return {int(line[1], 16): hot_loop.kind(line[2]) for line in lines if line}


def count(program, instruction_set, precision, case):
    """As hot_loop.count(), of the loop that runs a case."""
    program = pathlib.Path(program).resolve()
    places = loops_of(program, instruction_set, precision)
    made = []
    for updates in (UPDATES, 2 * UPDATES):
        short = dataclasses.replace(case, side=SIDE, changes=case.changes | {"max-steps": updates})
        options = [*short.options(precision), "--threads=1", f"--mapper={instruction_set}", f"--labels={os.devnull}"]
        made.append(trace(program, options, places))
    made[1].subtract(made[0])
    kinds = kinds_of(program)
    of_kind = collections.Counter()
    for address, times in made[1].items():
        of_kind[kinds.get(address, "other")] += times
    lanes = hot_loop.VECTOR_BYTES[instruction_set] // hot_loop.REAL_BYTES[precision]
    vectors = SIDE * SIDE * UPDATES / lanes
    return {
        "updates": lanes,
        "instructions": sum(of_kind.values()) / vectors,
        "vector": of_kind["vector"] / vectors,
        "divide": of_kind["divide"] / vectors,
    }


def main():
    program, instruction_set, precision, name = sys.argv[1:]
    print(json.dumps(count(program, instruction_set, precision, next(case for case in CASES if case.name == name))))


if __name__ == "__main__":
    main()
