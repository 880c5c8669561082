"""What nvcc makes of the kernel: no operation that could be fused or is not correctly rounded, all state in registers.

The environment gives DEADCONE_PTX, the kernel's PTX, and DEADCONE_PTXAS, the assembler.
"""

import os
import pathlib
import re
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
import translate_ptx

KERNELS = 16  # for one map or many, two geometries, certified or not, two precisions
ARCHITECTURE = "sm_90"
# More would leave the processors too few warps to hide the latency of a division behind.
MOST_REGISTERS = {"float": 64, "double": 168}


@pytest.fixture(scope="module")
def kernels():
    """The instructions of each kernel, by its mangled name: their opcodes."""
    path = pathlib.Path(os.environ["DEADCONE_PTX"])
    return {
        kernel.name: {item.opcode for item in kernel.body if isinstance(item, translate_ptx.Instruction)}
        for kernel in translate_ptx.parse(path, path.read_text()).kernels
    }


def precision_of(name):
    return "float" if "Ef" in name or name.endswith("fE") else "double"


def test_all_kernels_are_there(kernels):
    assert len(kernels) == KERNELS
    assert sorted(map(precision_of, kernels)) == KERNELS // 2 * ["double"] + KERNELS // 2 * ["float"]


def test_nothing_can_be_fused(kernels):
    """The assembler makes one instruction of a product and a sum unless they say how they are rounded."""
    for name, opcodes in kernels.items():
        loose = [opcode for opcode in opcodes if re.fullmatch(r"(?:mul|add|sub)\.(?:ftz\.)?f(?:32|64)", opcode)]
        assert not loose, f"{name}: {loose}"


def test_every_operation_is_correctly_rounded(kernels):
    allowed = {"rcp.approx.ftz.f32", "rcp.approx.ftz.f64"}  # where quotient_from_reciprocal() begins
    for name, opcodes in kernels.items():
        rough = [opcode for opcode in opcodes - allowed if re.search(r"\.(?:approx|full|ftz)\b", opcode)]
        assert not rough, f"{name}: {rough}"
        real = "f32" if precision_of(name) == "float" else "f64"
        assert {f"fma.rn.{real}", f"div.rn.{real}"} <= opcodes


def test_no_other_precision_is_used(kernels):
    for name, opcodes in kernels.items():
        other = "f64" if precision_of(name) == "float" else "f32"
        assert not [opcode for opcode in opcodes if re.fullmatch(rf"(?:fma|mul|add|sub|div)\.rn\.{other}", opcode)], name


def test_all_state_is_in_registers():
    ptxas = [os.environ["DEADCONE_PTXAS"], "-v", f"-arch={ARCHITECTURE}", os.environ["DEADCONE_PTX"], "-o", os.devnull]
    report = subprocess.run(ptxas, capture_output=True, text=True, check=True).stderr
    found = re.findall(
        r"Function properties for (\S+)\s+(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads"
        r"\s+ptxas info\s*: Used (\d+) registers",
        report,
    )
    assert len(found) == KERNELS, report
    for name, stack, stores, loads, registers in found:
        assert (stack, stores, loads) == ("0", "0", "0"), f"{name} keeps state in memory: {report}"
        assert int(registers) <= MOST_REGISTERS[precision_of(name)], name
