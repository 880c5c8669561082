"""The translator from PTX to C++, as far as no kernel of deadcone shows it: what it takes is PTX, and it refuses all else.

devices/fake_cuda_test.cpp runs what it writes. The environment gives DEADCONE_PTXAS, the assembler of CUDA.
"""

import os
import pathlib
import re
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
import translate_ptx

REGISTERS = {"pred": "%p", "b8": "%b", "b16": "%h", "b32": "%w", "b64": "%d", "f32": "%f", "f64": "%g"}


def program(*statements):
    """A kernel of these statements; the first of them is in line 13."""
    registers = [f"    .reg .{kind if kind != 'b8' else 'b16'} {name}<5>;" for kind, name in REGISTERS.items()]
    return "\n".join([".version 8.0", ".target sm_90", ".address_size 64", ".entry kernel(.param .u64 memory)", "{",
                      *registers, *(f"    {statement}" for statement in statements), "    ret;", "}", ""])  # fmt: skip


def translated(text):
    program = translate_ptx.Program(mutants_apart=1)
    program.add(translate_ptx.Source("kernel.ptx", ""), translate_ptx.parse("kernel.ptx", text))
    return program.text()


def test_every_instruction_of_the_table_is_one_of_ptx(tmp_path):
    """The assembler takes all of them, and so does the translator."""
    statements = []
    for opcode, (_, _, kinds) in translate_ptx.TABLE.items():
        names = [REGISTERS[kind if kind in REGISTERS else f"b{kind[1:]}"] for kind in kinds]
        operands = [f"{name}{place}" for place, name in enumerate(names)]
        if opcode.startswith("lop3"):
            operands[4] = "0x96"
        statements.append(f"{opcode} {', '.join(operands)};")
    assert len(statements) > 300
    text = program(*statements)
    path = tmp_path / "kernel.ptx"
    path.write_text(text)
    ptxas = [os.environ["DEADCONE_PTXAS"], "-arch=sm_90", path, "-o", tmp_path / "kernel.cubin"]
    found = subprocess.run(ptxas, capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    assert translated(text).count("ptx::set(") > len(statements)


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("ex2.approx.ftz.f32 %f0, %f1;", "an instruction that is not known, ex2.approx.ftz.f32"),
        ("mul.f32 %f0, %f1, %f2;", "an instruction that is not known, mul.f32"),
        ("fma.rz.f32 %f0, %f1, %f2, %f3;", "an instruction that is not known, fma.rz.f32"),
        ("add.rn.f16 %h0, %h1, %h2;", "an instruction that is not known, add.rn.f16"),
        ("bar.sync 0;", "an instruction that is not known, bar.sync"),
        ("shfl.sync.down.b32 %w0, %w1, 1, 31, -1;", "an instruction that is not known, shfl.sync.down.b32"),
        ("ld.shared.b32 %w0, [%d0];", "an instruction that is not known, ld.shared.b32"),
        ("st.param.b32 [memory], %w0;", "a store to what cannot be written"),
        ("ld.global.q32 %w0, [%d0];", "an instruction that is not known, ld.global.q32"),
        ("ld.global.b24 %w0, [%d0];", "an unknown type b24"),
        ("add.s32 %w0, %w1;", "2 operands, not 3"),
        ("add.s32 %w0, %w1, %d2;", "%d2 is .b64, not .s32"),
        ("add.s32 %w0, %w1, %x2;", "no register %x2"),
        ("add.s32 %w0, %w1, 0f3F800000x;", "an operand that is not understood, 0f3F800000x"),
        ("ld.global.v2.b32 {%w0, %w1, %w2}, [%d0];", "3 registers, not 2"),
        ("bra $nowhere;", "no label $nowhere"),
        ("mov.b64 %d0, nothing;", "no variable nothing"),
    ],
)
def test_what_it_does_not_know_is_an_error_with_its_line(statement, reason):
    with pytest.raises(translate_ptx.TranslationError) as error:
        translated(program("ret;", statement))
    assert str(error.value) == f"kernel.ptx:14: {reason}: {statement}"


@pytest.mark.parametrize(
    "text",
    [
        program("{ .reg .b32 %inner; mov.b32 %inner, 1; }"),
        program(".shared .align 4 .b8 shared[4];"),
        ".version 8.0\n.global .align 4 .b8 memory[4];\n",
        ".version 8.0\n.func (.param .b32 a) f() { ret; }\n",
    ],
)
def test_what_it_does_not_understand_is_an_error(text):
    with pytest.raises(translate_ptx.TranslationError, match=r"^kernel.ptx:\d+: not understood: "):
        translated(text)


def test_the_program_says_it_in_one_line(tmp_path):
    (tmp_path / "kernel.ptx").write_text(program("trap;"))
    command = [sys.executable, translate_ptx.__file__, tmp_path / "kernel.cpp", tmp_path / "kernel.ptx"]
    found = subprocess.run(command, capture_output=True, text=True)
    assert found.returncode == 1
    assert re.fullmatch(r"translate_ptx: \S*kernel.ptx:13: an instruction that is not known, trap: trap;\n", found.stderr)
    assert not (tmp_path / "kernel.cpp").exists()
