#!/usr/bin/env python3
"""Translates PTX, what nvcc makes of kernels, into C++ that runs it on the host: one statement for each instruction, a goto
for each branch, every access to memory checked. So tests run the compiled kernels without a GPU (fake_launch.cpp).

    translate_ptx.py [--mutants N] OUTPUT.cpp INPUT.ptx...

What the instructions do is in ptx.hpp; which there are is in INSTRUCTIONS below. Anything else is an error that names the
line and the instruction. With --mutants statements can be replaced, at run time, by wrong ones (mutants.hpp): by one of N of
all that there could be in the first input.
"""

import argparse
import bisect
import dataclasses
import pathlib
import re
import sys

TYPES = {
    "pred": "bool",
    **{f"{kind}{bits}": f"std::{sign}int{bits}_t" for kind, sign in (("u", "u"), ("s", ""), ("b", "u")) for bits in (8, 16, 32, 64)},
    "f32": "float",
    "f64": "double",
}
WIDER = {"s16": "s32", "u16": "u32", "s32": "s64", "u32": "u64"}

INTEGERS = "s16 u16 s32 u32 s64 u64"
BITS = "b16 b32 b64"
REALS = "f32 f64"
COMPARISONS = "eq ne lt le gt ge"
UNORDERED = "equ neu ltu leu gtu geu num nan"

# Instructions that compute: the opcodes, T standing for one of the types; then the result and the operands, by their types:
# T itself, W twice as wide, P a predicate, U an unsigned and S a signed word. Conversions are from S to D.
INSTRUCTIONS = (
    ("add.T sub.T mul.lo.T mul.hi.T div.T rem.T min.T max.T", INTEGERS, "T T T"),
    ("mul.wide.T", " ".join(WIDER), "W T T"),
    ("mad.lo.T mad.hi.T", INTEGERS, "T T T T"),
    ("mad.wide.T", " ".join(WIDER), "W T T W"),
    ("neg.T abs.T", "s16 s32 s64", "T T"),
    ("and.T or.T xor.T", f"pred {BITS}", "T T T"),
    ("not.T", f"pred {BITS}", "T T"),
    ("shl.T", BITS, "T T U"),
    ("shr.T", f"{BITS} {INTEGERS}", "T T U"),
    ("lop3.T", "b32", "T T T T U"),
    ("shf.l.wrap.T shf.l.clamp.T shf.r.wrap.T shf.r.clamp.T", "b32", "T T T U"),
    ("bfe.T", "s32 u32 s64 u64", "T T U U"),
    ("bfi.T", "b32 b64", "T T T U U"),
    ("prmt.T", "b32", "T T T T"),
    ("popc.T clz.T", "b32 b64", "U T"),
    ("add.rn.T sub.rn.T mul.rn.T div.rn.T min.T max.T copysign.T", REALS, "T T T"),
    ("fma.rn.T", REALS, "T T T T"),
    ("neg.T abs.T sqrt.rn.T rcp.rn.T rcp.approx.ftz.T", REALS, "T T"),
    ("mov.T", f"pred {BITS} {INTEGERS} {REALS}", "T T"),
    ("selp.T", f"{BITS} {INTEGERS} {REALS}", "T T T P"),
    ("slct.T.s32", f"{BITS} {INTEGERS} {REALS}", "T T T S"),
    *((f"setp.{comparison}.T", f"{INTEGERS} {REALS}", "P T T") for comparison in COMPARISONS.split()),
    *((f"setp.{comparison}.T", BITS, "P T T") for comparison in ("eq", "ne")),
    *((f"setp.{comparison}.T", REALS, "P T T") for comparison in UNORDERED.split()),
)
# Conversions: the opcode, and the types to and from which it converts.
CONVERSIONS = (
    ("cvt", f"s8 u8 {INTEGERS}", f"s8 u8 {INTEGERS}"),
    ("cvt", "f64", "f32"),
    ("cvt.rn", "f32", "f64"),
    ("cvt.rn", REALS, f"s8 u8 {INTEGERS}"),
    *((f"cvt.{rounding}", INTEGERS, REALS) for rounding in ("rni", "rzi", "rmi", "rpi")),
    *((f"cvt.{rounding}", real, real) for rounding in ("rni", "rzi", "rmi", "rpi") for real in REALS.split()),
)
ATOMIC = "add min max and or xor exch cas"

SPECIAL = {
    f"%{ptx}.{axis}": f"thread.{name}.{axis}"
    for ptx, name in (("tid", "thread"), ("ntid", "threads"), ("ctaid", "block"), ("nctaid", "blocks"))
    for axis in "xyz"
}
# Without a name an address says by itself which memory it is of.
SPACES = {"param": "parameters", "const": "constant", "local": "local", "global": "global", None: "generic"}
CACHE = r"(?:\.(?:volatile|weak|relaxed|acquire|release|acq_rel|cta|gpu|sys))*"
HINTS = r"(?:\.(?:nc|ca|cg|cs|lu|cv|wb|wt|L1::\w+|L2::\w+))*"
TYPE = r"(?P<type>[subf]\d+)"
MEMORY = re.compile(rf"(?P<name>ld|st){CACHE}(?:\.(?P<space>param|const|local|global))?{HINTS}(?:\.v(?P<count>[24]))?\.{TYPE}")
ATOM = re.compile(rf"(?P<name>atom|red){CACHE}\.global{CACHE}\.(?P<operation>{ATOMIC.replace(' ', '|')}){HINTS}\.{TYPE}")
NOTHING_TO_DO = re.compile(r"membar\.(gl|sys|cta)|fence(\.sc|\.acq_rel)?\.(cta|gpu|sys)")


class TranslationError(Exception):
    """What cannot be translated; str() says where."""


def instruction_table():
    """By opcode: the function of ptx.hpp with its template arguments, and the types of the result and the operands."""
    table = {}

    def enter(opcode, name, arguments, operands):
        if opcode in table:
            raise ValueError(f"{opcode} is in the table twice")
        function = re.sub(r"^(and|or|xor|not)$", r"\1_", name.replace(".", "_"))
        table[opcode] = (function, arguments, operands)

    for opcodes, types, operands in INSTRUCTIONS:
        for opcode in opcodes.split():
            for kind in types.split():
                of = {"T": kind, "W": WIDER.get(kind), "P": "pred", "U": "u32", "S": "s32"}
                name = opcode.replace(".T.s32", "").replace(".T", "")
                enter(opcode.replace("T", kind), name, [kind], [of[operand] for operand in operands.split()])
                if name.startswith("setp."):
                    for logic in ("and", "or", "xor"):
                        enter(f"{name}.{logic}.{kind}", f"{name}|{logic}_", [kind], ["pred", kind, kind, "pred"])
    for opcode, targets, sources in CONVERSIONS:
        for target in targets.split():
            for source in sources.split():
                enter(f"{opcode}.{target}.{source}", opcode, [target, source], [target, source])
    return table


TABLE = instruction_table()

# Parsing.


@dataclasses.dataclass
class Instruction:
    line: int
    text: str
    guard: str  # C++, empty where the instruction always runs
    opcode: str
    operands: list[str]


@dataclasses.dataclass
class Label:
    line: int
    name: str


@dataclasses.dataclass
class Variable:
    name: str
    alignment: int
    size: int
    values: list[int]


@dataclasses.dataclass
class Kernel:
    name: str
    parameters: list[Variable]
    most_threads: int
    registers: dict[str, str]
    local: list[Variable]
    body: list[Instruction | Label]


@dataclasses.dataclass
class Module:
    constants: list[Variable]
    kernels: list[Kernel]


class Source:
    """Text without comments, and a place in it."""

    def __init__(self, path, text):
        self.path = path
        self.place = 0
        self.text = re.sub(r"//[^\n]*|/\*.*?\*/", lambda comment: re.sub(r"[^\n]", " ", comment[0]), text, flags=re.DOTALL)
        self.ends_of_lines = [match.start() for match in re.finditer("\n", self.text)]

    def line_at(self, place):
        return bisect.bisect_left(self.ends_of_lines, place) + 1

    @property
    def line(self):
        return self.line_at(self.place)

    def take(self, pattern):
        """The match of a pattern here, after blanks; None where it does not match."""
        self.place = re.compile(r"\s*").match(self.text, self.place).end()
        match = re.compile(pattern, re.DOTALL).match(self.text, self.place)
        if match:
            self.place = match.end()
        return match

    def error(self, what, line=None):
        return TranslationError(f"{self.path}:{line or self.line}: {what}")

    def unexpected(self):
        return self.error(f"not understood: {self.text[self.place :].lstrip().splitlines()[0]}")


VARIABLE = r"(?:\.ptr\s+(?:\.\w+\s+)*?)?(?:\.align\s+(\d+)\s+)?\.([subf]\d+)\s+(?:\.ptr\s+[^,)]*?)?([\w$]+)\s*(?:\[(\d+)\])?"


def parse_variable(match):
    alignment, kind, name, count = match.group(1, 2, 3, 4)
    size = int(kind[1:]) // 8
    return Variable(name, int(alignment or size), size * int(count or 1), [])


def parse(path, text):
    """The constants and the kernels of a file."""
    source = Source(path, text)
    module = Module([], [])
    while not source.take(r"\Z"):
        if source.take(r"\.(version|target|address_size|file)\b[^\n]*"):
            continue
        if constant := source.take(rf"(?:\.visible\s+|\.weak\s+)?\.const\s+{VARIABLE}\s*(?:=\s*\{{([^}}]*)\}})?;"):
            variable = parse_variable(constant)
            variable.values = [int(value) for value in (constant[5] or "").replace(",", " ").split()]
            if constant[2] != "b8":
                raise source.error(f"a constant of type {constant[2]}: {variable.name}")
            module.constants.append(variable)
        elif entry := source.take(r"(?:\.visible\s+|\.weak\s+)?\.entry\s+([\w$]+)\s*\("):
            module.kernels.append(parse_kernel(source, entry[1]))
        else:
            raise source.unexpected()
    return module


def parse_kernel(source, name):
    kernel = Kernel(name, [], 1024, {}, [], [])
    while parameter := source.take(rf"\.param\s+{VARIABLE}\s*,?"):
        kernel.parameters.append(parse_variable(parameter))
    if not source.take(r"\)"):
        raise source.unexpected()
    while not source.take(r"\{"):
        if threads := source.take(r"\.(?:maxntid|reqntid)\s+(\d+)(?:\s*,\s*(\d+))?(?:\s*,\s*(\d+))?"):
            x, y, z = (int(count or 1) for count in threads.groups())
            kernel.most_threads = x * y * z
        elif not source.take(r"\.(minnctapersm|maxnreg)\s+\d+"):
            raise source.unexpected()
    while not source.take(r"\}"):
        parse_statement(source, kernel)
    return kernel


def parse_statement(source, kernel):
    if registers := source.take(r"\.reg\s+\.(\w+)\s+(%[\w$]+)(?:<(\d+)>)?\s*;"):
        kind, name, count = registers.groups()
        if kind not in TYPES:
            raise source.error(f"registers of unknown type {kind}")
        names = [f"{name}{i}" for i in range(int(count))] if count else [name]
        kernel.registers.update(dict.fromkeys(names, kind))
    elif variable := source.take(rf"\.local\s+{VARIABLE}\s*;"):
        kernel.local.append(parse_variable(variable))
    elif source.take(r"\.(loc|pragma)\b[^;\n]*;?"):
        pass
    elif label := source.take(r"([\w$]+):(?!:)"):
        kernel.body.append(Label(source.line, label[1]))
    elif instruction := source.take(r"(?:@(!?)(%[\w$]+)\s+)?([a-z][\w.:]*)\s*((?:[^;{}]|\{[^;{}]*\})*);"):
        negated, guard, opcode, operands = instruction.groups()
        line = source.line_at(instruction.start(3))
        kernel.body.append(
            Instruction(
                line,
                " ".join(instruction[0].split()),
                ("!" if negated else "") + register_name(guard) if guard else "",
                opcode,
                [operand.strip() for operand in re.findall(r"(?:\{[^}]*\}|[^,{}])+", operands)] if operands.strip() else [],
            )
        )
    else:
        raise source.unexpected()


# Writing.


def register_name(name):
    return name.replace("%", "").replace("$", "_")


def label_name(name):
    return "label_" + name.replace("$", "_")


def next_real(bits):
    """The real beside, as an immediate operand."""
    return f"{bits[:2]}{int(bits[2:], 16) ^ 1:0{len(bits) - 2}X}"


class Writer:
    """Writes the statements of one kernel. Each is a list: the right one, then mutants, as pairs of what was changed and how it
    then reads."""

    OPERATION = {
        "add": "sub", "sub": "add", "add_rn": "sub_rn", "sub_rn": "add_rn", "mul_rn": "add_rn", "min": "max", "max": "min",
        "and_": "or_", "or_": "and_", "xor_": "or_", "shl": "shr", "shr": "shl", "neg": "mov", "abs": "mov", "not_": "mov",
        "div_rn": "mul_rn", "sqrt_rn": "mov", "rcp_approx_ftz": "mov", "setp_eq": "setp_ne", "setp_ne": "setp_eq",
        "setp_lt": "setp_ge", "setp_ge": "setp_lt", "setp_gt": "setp_le", "setp_le": "setp_gt", "setp_ltu": "setp_geu",
        "setp_geu": "setp_ltu", "setp_gtu": "setp_leu", "setp_leu": "setp_gtu", "setp_num": "setp_nan", "mul_lo": "add",
        "atomic_add": "atomic_exch", "atomic_max": "atomic_exch", "atomic_min": "atomic_exch",
    }  # fmt: skip
    TWO_SIDED = ("sub", "sub_rn", "div_rn", "copysign", "selp", "div", "rem")

    def __init__(self, source, module, kernel):
        self.source = source
        self.kernel = kernel
        self.labels = {item.name: place for place, item in enumerate(kernel.body) if isinstance(item, Label)}
        self.symbols = {variable.name: f"constant_{place}" for place, variable in enumerate(module.constants)}
        self.symbols |= {variable.name: f"local_memory + {offset}" for offset, variable in laid_out(kernel.local)}
        self.symbols |= {variable.name: f"thread.parameters.data + {offset}" for offset, variable in laid_out(kernel.parameters)}
        self.used = set()

    def error(self, instruction, what):
        return self.source.error(f"{what}: {instruction.text}", instruction.line)

    def register(self, instruction, name, kind, wider=False):
        """A register that holds a value of a type, or of a narrower one where it may be wider."""
        of = self.kernel.registers.get(name)
        if of is None:
            raise self.error(instruction, f"no register {name}")
        size, needed = (0 if each == "pred" else int(each[1:]) for each in (of, kind))
        if not (size == needed or wider and size > needed > 0 and "f" not in of + kind):
            raise self.error(instruction, f"{name} is .{of}, not .{kind}")
        self.used.add(name)
        return register_name(name)

    def address(self, instruction, text):
        match = re.fullmatch(r"(%?[\w$]+)\s*(?:\+\s*(-?\d+))?", text)
        if not match:
            raise self.error(instruction, f"an address that is not understood, {text}")
        base, offset = match[1], int(match[2] or 0)
        if base.startswith("%"):
            return f"ptx::add<std::uint64_t>({self.register(instruction, base, 'b64')}, INT64_C({offset}))"
        if base not in self.symbols:
            raise self.error(instruction, f"no variable {base}")
        return f"reinterpret_cast<std::uint64_t>({self.symbols[base]}) + INT64_C({offset})"

    def value(self, instruction, text, kind, wider=False):
        """An operand as a C++ expression of a type."""
        if text.startswith("!") and kind == "pred":
            return "!" + self.value(instruction, text[1:], kind)
        if text in SPECIAL:
            return f"ptx::as<{TYPES[kind]}>({SPECIAL[text]})"
        if text.startswith("%"):
            return f"ptx::as<{TYPES[kind]}>({self.register(instruction, text, kind, wider)})"
        if re.fullmatch(r"0[fF][0-9a-fA-F]{8}", text):
            return f"ptx::as<{TYPES[kind]}>(ptx::as<float>(UINT32_C(0x{text[2:]})))"
        if re.fullmatch(r"0[dD][0-9a-fA-F]{16}", text):
            return f"ptx::as<{TYPES[kind]}>(ptx::as<double>(UINT64_C(0x{text[2:]})))"
        if re.fullmatch(r"-?(\d+|0x[0-9a-fA-F]+)U?", text) and kind[0] != "f":
            return f"static_cast<{TYPES[kind]}>({text.rstrip('U')}{'ULL' if not text.startswith('-') else 'LL'})"
        if kind in ("b64", "u64", "s64"):
            return f"ptx::as<{TYPES[kind]}>({self.address(instruction, text)})"
        raise self.error(instruction, f"an operand that is not understood, {text}")

    def statements(self, instruction):
        opcode = instruction.opcode
        if opcode in ("bra", "bra.uni"):
            return self.branch(instruction)
        if opcode in ("ret", "ret.uni", "exit"):
            return ["return;"]
        if NOTHING_TO_DO.fullmatch(opcode):
            return [";"]
        if match := re.fullmatch(r"cvta(\.to)?\.(global|const|local|param)\.u64", opcode):
            target, operand = self.operands(instruction, 2)
            return [f"ptx::set({self.register(instruction, target, 'u64')}, {self.value(instruction, operand, 'u64')});"]
        if match := MEMORY.fullmatch(opcode):
            return self.memory(instruction, match)
        if match := ATOM.fullmatch(opcode):
            return self.atomic(instruction, match)
        if opcode.startswith("mov.") and "{" in instruction.text:
            return self.pack(instruction)
        if opcode not in TABLE:
            raise self.error(instruction, f"an instruction that is not known, {opcode}")
        return self.computation(instruction)

    def operands(self, instruction, count):
        if len(instruction.operands) != count:
            raise self.error(instruction, f"{len(instruction.operands)} operands, not {count}")
        return instruction.operands

    def computation(self, instruction):
        function, arguments, kinds = TABLE[instruction.opcode]
        target, *operands = self.operands(instruction, len(kinds))
        function, _, logic = function.partition("|")
        function = function.replace(".", "_")
        wider = function.startswith("cvt")
        both = target.split("|")
        targets = [self.register(instruction, each, kinds[0], wider) for each in both if each != "_"]
        template = ", ".join(TYPES[each] for each in arguments)

        def values(operands):
            return [self.value(instruction, text, kind, wider) for text, kind in zip(operands, kinds[1:], strict=True)]

        def written(function, values, change=""):
            if logic:
                *values, other = values
            result = f"ptx::{function}<{template}>({', '.join(values)})"
            if change:
                result = f"ptx::{change}({result})"
            if not logic and len(both) == 1:
                return f"ptx::set({targets[0]}, {result});"
            results = [result, f"!{result}"] if len(both) == 2 else [result]
            if logic:
                results = [f"ptx::{logic}<bool>({each}, {other})" for each in results]
            return "{ const bool " + ", ".join(f"result_{i} = {each}" for i, each in enumerate(results)) + "; " + " ".join(
                f"ptx::set({register_name(each)}, result_{i});" for i, each in enumerate(both) if each != "_") + " }"

        right = values(operands)
        result = [written(function, right)]
        if function in self.OPERATION:
            result.append(("operation", written(self.OPERATION[function], right[: 1 if self.OPERATION[function] == "mov" else None])))
        if function in self.TWO_SIDED:
            result.append(("order", written(function, [right[1], right[0], *right[2:]])))
        if function == "fma_rn":
            negative = f"ptx::neg<{template}>"
            result.append(("operation", written(function, [f"{negative}({right[0]})", *right[1:]])))
            result.append(("operation", written(function, [*right[:2], f"{negative}({right[2]})"])))
            result.append(("rounding", written("mul_then_add", right)))
        if kinds[0] in ("f32", "f64") and function not in ("mov", "selp"):
            result.append(("last bit", written(function, right, "next")))
        for place, text in enumerate(operands):
            if re.fullmatch(r"0[fFdD][0-9a-fA-F]+", text):
                changed = next_real(text)
            elif re.fullmatch(r"-?\d+", text):
                changed = str(int(text) + 1)
            else:
                continue
            result.append(("constant", written(function, values([*operands[:place], changed, *operands[place + 1 :]]))))
        return [*result, ("skipped", ";")]

    def pack(self, instruction):
        """mov between a register and the parts that it is made of."""
        whole = instruction.opcode.removeprefix("mov.")
        target, source = self.operands(instruction, 2)
        parts = [part.strip() for part in (target + source)[(target + source).index("{") + 1 : (target + source).index("}")].split(",")]
        if whole not in ("b32", "b64") or len(parts) not in (2, 4):
            raise self.error(instruction, "a move that is not understood")
        bits = int(whole[1:]) // len(parts)
        of = TYPES[f"b{bits}"]
        if target.startswith("{"):
            value = self.value(instruction, source, whole)
            sets = [f"ptx::set({self.register(instruction, part, f'b{bits}')}, static_cast<{of}>(whole >> {bits * i}));"
                    for i, part in enumerate(parts) if part != "_"]  # fmt: skip
            return [f"{{ const auto whole = {value}; {' '.join(sets)} }}", ("skipped", ";")]
        sum_of = " | ".join(f"{TYPES[whole]}{{{self.value(instruction, part, f'b{bits}')}}} << {bits * i}" for i, part in enumerate(parts))
        return [f"ptx::set({self.register(instruction, target, whole)}, {sum_of});", ("skipped", ";")]

    def branch(self, instruction):
        (name,) = self.operands(instruction, 1)
        if name not in self.labels:
            raise self.error(instruction, f"no label {name}")
        count = f"thread.count_branch({instruction.line}); " if self.labels[name] < self.kernel.body.index(instruction) else ""
        right = f"{{ {count}goto {label_name(name)}; }}"
        return [right, ("skipped", ";")]

    def place(self, instruction, text, space, size, off_by=""):
        if not re.fullmatch(r"\[.*\]", text):
            raise self.error(instruction, f"an address that is not understood, {text}")
        address = self.address(instruction, text[1:-1].strip()) + off_by
        return f"thread.at(ptx::Space::{space}, {address}, {size}, {instruction.line})"

    def memory(self, instruction, match):
        kind, count = match["type"], int(match["count"] or 1)
        if kind not in TYPES:
            raise self.error(instruction, f"an unknown type {kind}")
        size = int(kind[1:]) // 8
        first, second = self.operands(instruction, 2)
        text, values = (second, first) if match["name"] == "ld" else (first, second)
        place, elsewhere = (self.place(instruction, text, SPACES[match["space"]], size * count, off_by)
                            for off_by in ("", f" + {size * count}"))  # fmt: skip
        values = re.findall(r"[^\s,{}]+", values)
        if len(values) != count:
            raise self.error(instruction, f"{len(values)} registers, not {count}")
        of = TYPES[kind]

        def loads(change=""):
            return [f"ptx::set({self.register(instruction, value, kind, True)}, {change}(ptx::load<{of}>(place + {size * i})));"
                    for i, value in enumerate(values) if value != "_"]  # fmt: skip

        def written(place, parts):
            return f"{{ std::byte* const place = {place}; {' '.join(parts)} }}"

        if match["name"] == "ld":
            result = [written(place, loads())]
            if kind in ("f32", "f64"):
                result.append(("last bit", written(place, loads("ptx::next"))))
        else:
            if match["space"] not in ("global", "local", None):
                raise self.error(instruction, "a store to what cannot be written")
            stores = [f"ptx::store<{of}>(place + {size * i}, {self.value(instruction, value, kind, True)});"
                      for i, value in enumerate(values)]  # fmt: skip
            result = [written(place, stores)]
        return [*result, ("address", written(elsewhere, loads() if match["name"] == "ld" else stores)), ("skipped", ";")]

    def atomic(self, instruction, match):
        kind, operation = match["type"], match["operation"]
        if kind not in TYPES:
            raise self.error(instruction, f"an unknown type {kind}")
        size, of = int(kind[1:]) // 8, TYPES[kind]
        fetches = match["name"] == "atom"
        target, text, *operands = self.operands(instruction, (2 if operation != "cas" else 3) + fetches) if fetches else [
            "_", *self.operands(instruction, 2)]  # fmt: skip
        place = self.place(instruction, text, "global", size)
        values = ", ".join(self.value(instruction, operand, kind) for operand in operands)
        fetch = "" if target == "_" else f" ptx::set({self.register(instruction, target, kind)}, old);"

        def written(function):
            return (f"{{ std::byte* const place = {place}; const auto old = ptx::load<{of}>(place); "
                    f"ptx::store<{of}>(place, ptx::{function}<{of}>(old, {values}));{fetch} }}")  # fmt: skip

        name = f"atomic_{operation}"
        result = [written(name)]
        if name in self.OPERATION:
            result.append(("operation", written(self.OPERATION[name])))
        return [*result, ("skipped", ";")]


def laid_out(variables):
    """Variables with their offsets, one after the other, each aligned."""
    offset = 0
    for variable in variables:
        offset = (offset + variable.alignment - 1) // variable.alignment * variable.alignment
        yield offset, variable
        offset += variable.size


def size_of(variables):
    return max((offset + variable.size for offset, variable in laid_out(variables)), default=0)


class Program:
    """The C++ of some modules."""

    def __init__(self, mutants_apart):
        self.mutants_apart = mutants_apart
        self.possible_mutants = 0
        self.lines = []
        self.registrations = []
        self.mutants = []
        self.modules = 0

    def add(self, source, module):
        space = f"module_{self.modules}"
        self.modules += 1
        self.lines.append(f"namespace {space} {{")
        for place, variable in enumerate(module.constants):
            values = ", ".join(map(str, variable.values))
            self.lines.append(f"alignas({max(variable.alignment, 16)}) const unsigned char constant_{place}[{variable.size}] = {{{values}}};")
        regions = ", ".join(f"{{reinterpret_cast<const std::byte*>(constant_{place}), sizeof constant_{place}}}"
                            for place in range(len(module.constants)))  # fmt: skip
        self.lines.append(f"const std::vector<ptx::Region> constants = {{{regions}}};")
        for place, kernel in enumerate(module.kernels):
            self.add_kernel(Writer(source, module, kernel), f"kernel_{place}", f"{space}::kernel_{place}", f"{space}::constants")
        self.lines.append(f"}}  // namespace {space}")

    def add_kernel(self, writer, function, qualified, constants):
        kernel = writer.kernel
        number = len(self.registrations)
        statements = []
        for item in kernel.body:
            if isinstance(item, Label):
                statements.append(f"{label_name(item.name)}:;")
                continue
            right, *mutants = writer.statements(item)
            statement = right
            mutants = self.choose(mutants)
            if mutants:
                first = len(self.mutants)
                cases = " ".join(f"case {first + i}: {text} break;" for i, (_, text) in enumerate(mutants))
                statement = f"switch (ptx::mutant_at({first})) {{ {cases} default: {right} }}"
                self.mutants += [(number, item.line, kind, item.text) for kind, _ in mutants]
            if item.guard:
                writer.register(item, "%" + item.guard.lstrip("!"), "pred")
                statement = f"if ({item.guard}) {{ {statement} }}"
            statements.append(f"  {statement}  // {item.line}: {item.text}")
        registers = [f"  {TYPES[kind]} {register_name(name)} = ptx::unset<{TYPES[kind]}>();" for name, kind in kernel.registers.items() if name in writer.used]
        local = size_of(kernel.local)
        if local:
            registers.append(f"  alignas(16) std::byte local_memory[{local}];\n  thread.local = {{local_memory, {local}}};")
        self.lines += [f"// {kernel.name}", f"void {function}(ptx::Thread& thread) {{", *registers, *statements, "}"]
        parameters = ", ".join(f"{{{offset}, {variable.size}}}" for offset, variable in laid_out(kernel.parameters))
        self.registrations.append(
            f'  ptx::kernels().push_back({{"{kernel.name}", {qualified}, {{{parameters}}}, {size_of(kernel.parameters)}, '
            f"{kernel.most_threads}, &{constants}}});"
        )

    def choose(self, mutants):
        """Those of a statement that are written."""
        first = self.possible_mutants
        self.possible_mutants += len(mutants)
        if not self.mutants_apart or self.modules > 1:
            return []
        middle = self.mutants_apart // 2
        return [mutant for i, mutant in enumerate(mutants) if (first + i) % self.mutants_apart == middle]

    def text(self):
        lines = [
            "// Made by translate_ptx.py.",
            '#include "support/ptx.hpp"',
            *(['#include "support/mutants.hpp"'] if self.mutants_apart else []),
            "namespace {",
            *self.lines,
            "const int registered = [] {",
            *self.registrations,
        ]
        for number, line, kind, text in self.mutants:
            lines.append(f'  ptx::mutants().push_back({{{number}, {line}, "{kind}", "{text}"}});')
        return "\n".join([*lines, "  return 0;", "}();", "}  // namespace", ""])


def translate(paths, mutants_apart=0):
    """The C++ of some files of PTX, with one of `mutants_apart` mutants of the first, or none. Raises TranslationError."""
    program = Program(mutants_apart)
    for path in paths:
        text = pathlib.Path(path).read_text()
        program.add(Source(path, ""), parse(path, text))
    return program.text()


def main():
    options = argparse.ArgumentParser(description="Translates PTX into C++ that runs it on the host.")
    options.add_argument("--mutants", type=int, default=0, metavar="N", help="with one of N wrong statements in the first input, to choose from at run time")
    options.add_argument("output", type=pathlib.Path)
    options.add_argument("input", type=pathlib.Path, nargs="+")
    arguments = options.parse_args()
    try:
        arguments.output.write_text(translate(arguments.input, arguments.mutants))
    except (TranslationError, OSError) as error:
        sys.exit(f"translate_ptx: {error}")


if __name__ == "__main__":
    main()
