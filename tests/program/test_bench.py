"""The benchmark's suite: that it refuses wrong labels, counts right, and writes what it says. Nothing is timed here."""

import json
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench" / "suite"))

import bench  # noqa: E402
import bench_gpu  # noqa: E402
import certify_refine  # noqa: E402
import contest  # noqa: E402
import hot_loop  # noqa: E402
import hot_loop_cuda  # noqa: E402
import report  # noqa: E402
from cases import CASES, GPU_CASES, GPU_PEERS_CASE, UNIT_CASES, Case, shrunk  # noqa: E402

BUILD = pathlib.Path(os.environ["DEADCONE"]).parent
SMALL = Case("small", "a test", (-1, 1), (-1, 1), 8)

# A contestant whose labels are those asked for, and which says that every turn took longer than the last.
FAKE = """
import json, sys
labels = next(word for word in sys.argv if word.startswith("--labels=")).removeprefix("--labels=")
fate, steps = (bytes(json.loads(text)) for text in sys.argv[1:3])
open(labels, "wb").write(fate + b"".join(step.to_bytes(4, "little") for step in steps))
print(json.dumps({"updates": sum(steps)}), flush=True)
for turn, _ in enumerate(sys.stdin):
    print(json.dumps({"seconds": float(sys.argv[3]) * (turn + 1)}), flush=True)
"""


def fake(tmp_path, fate, steps, seconds=1.0):
    (tmp_path / "fake.py").write_text(FAKE)
    return [sys.executable, tmp_path / "fake.py", json.dumps(fate), json.dumps(steps), seconds]


def reference(tmp_path, fate, steps):
    made = contest.Contestant("reference", fake(tmp_path, fate, steps), SMALL, "float", tmp_path, True)
    made.end()
    return {"float": made}


FATE, STEPS = [0, 1] * 32, [100] * 64


@pytest.mark.parametrize("exact", [True, False])
def test_contestants_with_the_right_labels_are_timed(tmp_path, exact):
    references = reference(tmp_path, FATE, STEPS)
    entries = [(name, fake(tmp_path, FATE, STEPS, seconds), "float", exact) for name, seconds in (("a", 2), ("b", 1))]
    a, b = contest.contest(entries, SMALL, references, 3, tmp_path)
    assert a.seconds == [2, 4, 6] and b.seconds == [1, 2, 3]
    assert a.updates == 6400 and a.rate() == 1600
    assert contest.ratio(b, a) == 2


@pytest.mark.parametrize(
    "exact, fate, steps",
    [
        (True, [0, 0] + FATE[2:], STEPS),
        (True, FATE, [101] + STEPS[1:]),
        (False, [1, 0] + FATE[2:], STEPS),
        (False, FATE, [103] * 4 + STEPS[4:]),
    ],
)
def test_wrong_labels_end_the_benchmark_before_anything_is_timed(tmp_path, exact, fate, steps):
    references = reference(tmp_path, FATE, STEPS)
    with pytest.raises(contest.ContestError, match="liar"):
        contest.contest([("liar", fake(tmp_path, fate, steps), "float", exact)], SMALL, references, 1, tmp_path)


def test_a_contestant_that_dies_is_named(tmp_path):
    with pytest.raises(contest.ContestError, match="liar: ended with status 3"):
        contest.Contestant("liar", [sys.executable, "-c", "raise SystemExit(3)"], SMALL, "float", tmp_path, True)


def test_lanes_that_wait_for_the_longest():
    assert bench.busy_lanes(np.array([1, 1, 1, 3]), 4) == 0.5
    assert bench.busy_lanes(np.array([5, 5, 2, 2, 9]), 2) == 1.0


LISTING = [
    (0x10, "mov    %rax,%rbx"),
    (0x20, "vmovaps 0x40(%rax),%zmm1"),
    (0x30, "vdivps %zmm1,%zmm2,%zmm3"),
    (0x40, "jne    90 <cold>"),
    (0x50, "vfmadd213ps 0x40(%rip),%zmm1,%zmm2"),
    (0x58, "vdivps %zmm1,%zmm2,%zmm3"),
    (0x60, "kandw  %k1,%k2,%k3"),
    (0x64, "kmovw  %k3,0x20(%rax)"),
    (0x70, "jne    20 <loop+0x20>"),
    (0x80, "jmp    10 <loop>"),
    (0x90, "ret"),
]


def test_the_hot_path_is_the_shortest_loop_with_divisions():
    path = hot_loop.hot_path(LISTING)
    assert path == [text for address, text in LISTING if 0x20 <= address <= 0x70]
    kinds = [hot_loop.kind(text) for text in path]
    assert kinds == ["other", "divide", "other", "vector", "divide", "vector", "other", "other"]


def test_the_real_loop_is_counted():
    mapper = BUILD / "bench" / "bench_mapper"
    listed = json.loads(subprocess.run([mapper, "--list"], check=True, capture_output=True, text=True).stdout)
    for name in set(listed["mappers"]) & set(hot_loop.NAMESPACES):
        for precision in hot_loop.REAL_BYTES:
            counts = hot_loop.count(mapper, name, precision)
            assert counts["divide"] == 2 and 40 < counts["vector"] < 120 and counts["instructions"] < 200


def test_stepping_through_a_loop_counts_what_its_disassembly_says():
    mapper = BUILD / "bench" / "bench_mapper"
    listed = json.loads(subprocess.run([mapper, "--list"], check=True, capture_output=True, text=True).stdout)
    for name in sorted(set(listed["mappers"]) & set(hot_loop.NAMESPACES))[-1:]:
        command = [sys.executable, ROOT / "bench" / "suite" / "traced_loop.py", mapper, name, "double", "peers"]
        stepped = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        read = hot_loop.count(mapper, name, "double")
        assert stepped["updates"] == read["updates"] and stepped["divide"] == read["divide"]
        assert abs(stepped["instructions"] - read["instructions"]) <= 0.03 * read["instructions"]


def run_suite(*options):
    return subprocess.run(
        [sys.executable, ROOT / "bench" / "suite" / "bench.py", "--build", ".", *map(str, options)],
        cwd=BUILD, capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip


def test_the_suite_runs_and_reports(tmp_path):
    result = run_suite("--quick", "--cases", "peers,general,diverged,certify-refine,output,small-maps,python", "--out", tmp_path)
    assert result.returncode == 0, result.stderr
    paths = [pathlib.Path(line) for line in result.stdout.splitlines()]
    assert [path.suffix for path in paths] == [".json", ".md", ".png"]
    found = json.loads(paths[0].read_text())
    assert [(r["case"], r["precision"]) for r in found["results"]] == [
        (case, precision) for case in ("peers", "general", "diverged") for precision in ("float", "double")
    ]
    for r in found["results"]:
        assert sum(r["fates"].values()) == r["pixels"] == 32 * 32
        assert r["updates_per_second"] == max(m["updates_per_second"] for m in r["mappers"].values())
    assert found["results"][0]["peers"].keys() >= {"C++ with OpenMP", "NumPy"}
    assert len(found["certify_refine"]) == len(certify_refine.CASES) * len(certify_refine.MODES) * 2
    assert all(row["times_fewer_updates"] >= 1 and row["times_faster"] > 0 for row in found["certify_refine"])
    assert found["output"]["file_bytes"] > 0 and found["output"]["times_the_dry_run"] > 0
    assert [row["options"] for row in found["small_maps"]] == ["32 × 32 points of 1² pixels", "16 × 16 points of 4² pixels"]
    assert all(row["points_per_second"] > 0 and row["times_one_map"] > 0 for row in found["small_maps"])
    if "python" in found:  # the package is built
        assert all(row["times_the_program"] > 0 for row in found["python"]["sweeps"])
        assert found["python"]["memory_times_the_arrays"] >= 0  # so small a map may fit in what is there
    else:
        assert "the Python package: it is not built" in found["left_out"]
    page = paths[1].read_text()
    assert "## The file" in page and "## Many small maps" in page
    assert "C++ with OpenMP" in page and "100.000% of the fates" in page and paths[2].name in page
    before = page
    assert report.write(paths[0]) == paths and paths[1].read_text() == before


def test_peers_know_other_units_optimisers_and_planes(tmp_path):
    names = [case.name for case in UNIT_CASES]
    result = run_suite("--quick", "--cases", ",".join(names), "--out", tmp_path)
    assert result.returncode == 0, result.stderr
    paths = [pathlib.Path(line) for line in result.stdout.splitlines()]
    found = json.loads(paths[0].read_text())["results"]
    assert [(r["case"], r["precision"]) for r in found] == [(name, p) for name in names for p in ("float", "double")]
    assert all("C++ with OpenMP" in r["peers"] for r in found)
    assert {r["case"] for r in found if r["fates"]["other minimum"]} == {"gelu", "silu"}
    assert all(r.get("instructions_per_update", 50) > 1 for r in found)
    page = paths[1].read_text()
    assert "## Other units, Adam, another plane" in page and "| rectifier, Adam | double |" in page
    assert report.write(paths[0]) == paths and paths[1].read_text() == page


def test_results_of_version_0_1_are_read():
    page = report.page(json.loads((ROOT / "tests" / "program" / "data" / "version-0.1" / "benchmark.json").read_text()))
    assert "| float | `--certify` | 100.0% | 99.6 | 32.3 | 0 |" in page


def test_an_unknown_case_is_named():
    result = run_suite("--cases", "peers,nothing")
    assert result.returncode == 1 and result.stdout == ""
    assert result.stderr.startswith("bench: no case nothing;") and result.stderr.count("\n") == 1


def test_every_case_is_valid():
    mapper = BUILD / "bench" / "bench_mapper"
    for case in [*CASES, *GPU_CASES, GPU_PEERS_CASE]:
        small = shrunk(case, 2)
        for precision in bench.PRECISIONS:
            command = [mapper, *small.options(precision), "--labels=/dev/null"]
            result = subprocess.run(command, input="\n", capture_output=True, text=True, check=True)
            assert [list(json.loads(line)) for line in result.stdout.splitlines()] == [["updates"], ["seconds"]]


def test_the_table_of_summations():
    program = BUILD / "bench" / "bench_summation"
    lines = subprocess.run([program, "8"], check=True, capture_output=True, text=True).stdout.splitlines()
    assert len(lines) == 2 + 21 + 1 and lines[-1].startswith("| all | all |")
    assert subprocess.run([program, "0"], capture_output=True).returncode == 2


SASS = [
    (0x10, "MOV R1, R2"),
    (0x20, "MUFU.RCP R0, |R9|"),
    (0x30, "FCHK P0, R14, |R9|"),
    (0x40, "@!P0 BRA 0x70"),
    (0x50, "MOV R3, R14"),
    (0x60, "CALL.REL.NOINC 0x200"),
    (0x70, "MUFU.RCP R21, R0"),
    (0x80, "@P2 FADD R0, -R0, 1"),
    (0x90, "FFMA.FTZ R20, R0, R20, R19"),
    (0xA0, "@P0 BRA P1, 0x20"),
    (0xB0, "MUFU.RCP R21, R0"),
    (0xC0, "BRA 0x10"),
]


def test_the_hot_path_of_a_kernel_leaves_out_calls_for_unusual_numbers():
    path = hot_loop_cuda.hot_path(SASS)
    assert path == [text for address, text in SASS if 0x20 <= address <= 0xA0 and not 0x50 <= address <= 0x60]


UNROLLED = [
    (0x10, "ISETP P3, R9, 16"),
    (0x20, "@P3 BRA 0x90"),
    (0x30, "MUFU.RCP64H R1, R2"),
    (0x40, "MUFU.RCP64H R3, R2"),
    (0x50, "DFMA R4, R5, R6, R7"),
    (0x60, "@!P1 MUFU.RCP64H R1, R2"),
    (0x70, "MUFU.RCP64H R3, R2"),
    (0x80, "@P0 BRA 0x30"),
    (0x90, "MUFU.RCP64H R3, R2"),  # the careful loop for the same updates one by one
    (0xA0, "MUFU.RCP64H R3, R2"),
    (0xB0, "@P0 BRA 0x90"),
    (0xC0, "@P1 BRA 0x10"),
]


def test_updates_in_blocks_are_counted_one_by_one():
    path = hot_loop_cuda.hot_path(UNROLLED)
    assert path == [text for address, text in UNROLLED if 0x30 <= address <= 0x80]
    counted = hot_loop_cuda.count_path(path)
    assert counted == {"instructions": 3, "double": 0.5, "kinds": {"MUFU": 2, "DFMA": 0.5, "BRA": 0.5}}


def test_double_is_limited_by_its_own_units_or_by_issue():
    assert hot_loop_cuda.cycles_per_update({"FFMA": 60, "MUFU": 4}) == 0.5
    assert hot_loop_cuda.cycles_per_update({"DFMA": 60, "DADD": 4, "MOV": 10}) == 1.0
    assert hot_loop_cuda.cycles_per_update({"DFMA": 1, "MOV": 127}) == 1.0


def test_a_peer_that_cannot_start_is_left_out(tmp_path):
    case = bench.shrunk(bench.CASES[0], 8)
    mapper = [BUILD / "bench" / "bench_mapper", "--mapper=scalar"]
    reference = bench.Contestant("scalar", mapper, case, "float", tmp_path, True)
    reference.end()
    broken = [sys.executable, "-c", "raise SystemExit(3)"]
    heard = []
    entries = [("ours", mapper, "float", True), ("broken", broken, "float", False)]
    timed = bench.contest(entries, case, {"float": reference}, 1, tmp_path, heard.append)
    assert [contestant.name for contestant in timed] == ["ours"]
    assert len(heard) == 1 and "broken" in heard[0] and "status 3" in heard[0]
    with pytest.raises(bench.ContestError, match="ours"):
        bench.contest([("ours", broken, "float", True)], case, {"float": reference}, 1, tmp_path, heard.append)


def test_the_real_kernel_is_counted_where_cuda_has_the_tools():
    program = BUILD / "bench" / "bench_gpu"
    if not program.exists():
        pytest.skip("built without CUDA")
    try:
        counts = {precision: hot_loop_cuda.count(program, "sm_90", precision) for precision in bench.PRECISIONS}
    except hot_loop_cuda.NoHotLoop as error:
        pytest.skip(str(error))
    assert 40 < counts["float"]["instructions"] < 64 and 80 < counts["double"]["instructions"] < 140
    assert all(count["kinds"]["MUFU"] == 2 for count in counts.values())
    assert counts["float"]["double"] == 0 and 50 < counts["double"]["double"] < 72


def test_the_page_of_a_gpu():
    common = {"device": "A card", "updates": 10**12, "seconds": 2.5, "updates_per_second": 4e11, "options": "a map"}
    result = common | {"case": "smooth", "precision": "float", "mapper_updates_per_second": 3e11, "peers": {}}
    limit = {"instructions_per_update": 80, "issue_limit_updates_per_second": 5e11, "fraction_of_limit": 0.8}
    peers = {"peers": {"JAX": 1e9}, "times_the_peer": {"JAX": 400.0}, "agreement": {"JAX": "all labels"}}
    results = {
        "machine": bench.machine.description("deadcone 0"),
        "device": {"name": "A card"},
        "date": "2026-11-21",
        "rounds": 5,
        "left_out": [],
        "results": [result | limit, result | {"precision": "double"}, common | {"case": "gpu peers", "precision": "float"} | peers],
        "sweep": {"options": "labels", "times_the_kernel": 1.1},
        "certify_refine": [
            {"options": "a map", "precision": "float", "mode": "--certify", "computed": 1.0, "wrong_fates": 0,
             "times_fewer_updates": 20.0, "times_faster": 15.0, "seconds": 0.1},
        ],
    }  # fmt: skip
    page = bench_gpu.page(results)
    assert "| a map | float | 400.00·10⁹ | 300.00·10⁹ | 80 | 500.00·10⁹ | 80% |" in page
    assert "| JAX | float | 1.00·10⁹ | 400.0 | all labels |" in page
    assert "| a map | float | `--certify` | 100.0% | 20.0 | 15.0 | 0 |" in page
    assert "1.10 times the kernel's time" in page


def test_without_a_gpu_the_benchmark_of_one_says_so(tmp_path):
    if not (BUILD / "bench" / "bench_gpu").exists():
        pytest.skip("built without CUDA")
    listed = subprocess.run([BUILD / "bench" / "bench_mapper", "--list"], check=True, capture_output=True, text=True)
    if "cuda" in json.loads(listed.stdout)["mappers"]:
        pytest.skip("this machine has one")
    command = [sys.executable, ROOT / "bench" / "suite" / "bench_gpu.py", "--build", ".", "--out", tmp_path]
    result = subprocess.run(command, cwd=BUILD, capture_output=True, text=True, check=False)
    assert result.returncode == 1 and "no CUDA device" in result.stderr and len(result.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_launches_can_be_played():
    program = BUILD / "bench" / "bench_launch"
    lines = subprocess.run([program, "64"], check=True, capture_output=True, text=True).stdout.splitlines()
    assert len(lines) == 2 + 3 * 6
    for line in lines[2:]:
        lanes, in_all = (float(cell.strip(" %")) for cell in line.strip("|").split("|")[-2:])
        assert 0 < in_all <= lanes <= 100
    assert subprocess.run([program, "0"], capture_output=True).returncode == 2
