#!/usr/bin/env python3
"""Turns the results of bench.py into a page in Markdown and a bar chart.

    report.py RESULTS.json    writes RESULTS.md, and RESULTS.png where matplotlib is installed
"""

import json
import pathlib
import sys

import certify_refine
from cases import UNIT_CASES

FATES = ("converged", "dead", "stalled", "unfinished", "diverged", "cycling", "other minimum")


def rate(value):
    return f"{value / 1e9:.2f}·10⁹" if value >= 1e9 else f"{value / 1e6:.0f}·10⁶" if value >= 1e7 else f"{value / 1e6:.1f}·10⁶"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return [*lines, *("| " + " | ".join(row) + " |" for row in rows), ""]


def machine_lines(results):
    m = results["machine"]
    packages = ", ".join(f"{name} {version}" for name, version in m["packages"].items())
    lines = [
        f"{m['cpu']} (family/model {m['cpu_family_model']}), {m['cores']} cores, {m['memory_gib']} GiB"
        + (f", {m['gpu']}" if m["gpu"] else "")
        + f". {m['deadcone']}. Python {m['python']}: {packages}. {results['date']}.",
        "",
        f"Updates per second, medians of {results['rounds']} turns that the contestants of a case take one after the other. Before "
        "that the labels of each were compared with those of the scalar path: deadcone's own are the same, pixel by "
        "pixel; the peers' agreement is in the table.",
        "",
    ]
    if results["left_out"]:
        lines += ["Left out: " + "; ".join(results["left_out"]) + ".", ""]
    return lines


def peers_lines(pair):
    """Both precisions of the case with peers."""
    lines = [f"## Against what a user would write instead", "", pair[0]["options"] + ".", ""]
    rows = []
    for result in pair:
        for name, values in result["mappers"].items():
            rows.append((f"**deadcone**, {name}", result["precision"], rate(values["updates_per_second"]), "", ""))
    ours = {result["precision"]: result["times_the_peer"] for result in pair}
    for result in pair:
        for name, value in result["peers"].items():
            key = f"{name}, {result['precision']}"
            times = " / ".join(f"{ours[p][key]:.1f}" for p in ours)
            rows.append((name, result["precision"], rate(value), times, result["agreement"][name]))
    head = ("", "precision", "updates/s", f"deadcone's {' / '.join(ours)} rate is × this", "labels that agree")
    return lines + table(head, rows)


def widths_lines(pair):
    lines = ["## Instruction sets and threads", "", pair[0]["options"] + ".", ""]
    rows = [
        (name, result["precision"], rate(values["updates_per_second"]))
        for result in pair
        for name, values in result["mappers"].items()
    ]
    lines += table(("", "precision", "updates/s"), rows)
    for result in pair:
        if "thread_efficiency" in result:
            lines.append(f"From one thread to all, {result['precision']}: efficiency {result['thread_efficiency']:.1%}.")
    return [*lines, ""]


def units_lines(pairs):
    """The cases of other units, optimisers and planes, both precisions of each."""
    rows = []
    for pair in pairs:
        for result in pair:
            times = result["times_the_peer"]
            peers = [
                f"{rate(value)} (× {times[name + ', ' + result['precision']]:.1f})" for name, value in result["peers"].items()
            ]
            rows.append((result["what"], result["precision"], rate(result["updates_per_second"]),
                         f"{result['instructions_per_update']:.1f}" if "instructions_per_update" in result else "",
                         *peers))  # fmt: skip
    peers = list(pairs[0][0]["peers"])
    lines = [
        "## Other units, Adam, another plane",
        "",
        f"deadcone, {pairs[0][0]['device']}, and how many times the rate of each peer of the same precision its rate is. Instructions "
        "are those of one update of one trajectory: a vector's, counted by stepping through them, over its lanes.",
        "",
        *table(("", "precision", "updates/s", "instructions", *peers), rows),
    ]
    agreement = [
        (r["what"], r["precision"], name, r["agreement"][name]) for pair in pairs for r in pair for name in r["peers"]
    ]
    lines += ["Labels that agree with the scalar path:", ""]
    lines += table(("", "precision", "", "labels"), agreement)
    return [*lines, *(f"- {pair[0]['what']}: {pair[0]['options']}" for pair in pairs), ""]


def limit_lines(results, rates):
    rows = [
        (
            result["case"],
            result["precision"],
            f"{result['instructions_per_update']:.2f}",
            f"{result['vector_instructions_per_update']:.2f}",
            rate(result["issue_limit_updates_per_second"]),
            rate(result["updates_per_second"]),
            f"{result['fraction_of_limit']:.0%}",
            f"{result['lanes_busy_without_refill']:.0%}",
        )
        for result in results
        if "fraction_of_limit" in result and result["what"] != "fates"
    ]
    if not rows:
        return []
    lines = [
        "## How near to the limit of the vector units",
        "",
        "Instructions of the hot loop, from its disassembly, per update; the limit is the rate at which this machine was "
        "seen to issue independent multiply-adds and additions in turn (or divisions, if those take longer). The last "
        "column: the share of lanes that would work if lanes were not refilled and every vector waited for its longest "
        "trajectory.",
        "",
    ]
    head = ("case", "precision", "instructions", "of them vector", "limit", "updates/s", "of the limit", "busy without refill")
    lines += table(head, rows)
    rows = [(s, p, *(f"{r[k] / 1e9:.2f}·10⁹" for k in ("vector", "divide"))) for s, ps in rates.items() for p, r in ps.items()]
    return lines + table(("instruction set", "precision", "vector instructions/s", "divisions/s"), rows)


def fates_lines(results):
    rows = []
    for result in results:
        share = max(result["fates"], key=result["fates"].get)
        rows.append(
            (
                result["case"],
                result["precision"],
                f"{result['fates'][share] / result['pixels']:.0%} {share}",
                f"{result['updates'] / result['pixels']:.0f}",
                rate(result["updates_per_second"]),
                rate(result["pixels"] / result["seconds"]),
                result["options"],
            )
        )
    head = ("case", "precision", "fate", "steps", "updates/s", "pixels/s", "")
    return ["## Other maps, and one for each fate", "", *table(head, rows)]


def output_lines(output):
    rows = [
        (
            what,
            f"{output[what]['bytes_per_second'] / 1e9:.2f} GB/s",
            f"{output[what]['zlib_bytes_per_second'] / 1e9:.2f} GB/s",
            f"{output[what]['ratio']:.0f}:1",
        )
        for what in ("labels", "steps")
    ]
    return [
        "## The file",
        "",
        "What one core encodes, in bytes before compression, on the map of β 0.7, γ 1, [−2, 2]², 1024² pixels.",
        "",
        *table(("", f"deadcone, {output['compressor']}", "zlib at level 1, as HDF5's filters", "compressed"), rows),
        f"A sweep of {output['options']}, takes {output['times_the_dry_run']:.2f} times as long with its file as without "
        f"({output['seconds']:.1f} s).",
        "",
    ]


def small_maps_lines(rows):
    head = ("", "points/s", "updates", "with its file, against none", "the time of an update, against one large map")
    return [
        "## Many small maps",
        "",
        "Sweeps over β and γ, fate and steps, with their file; the large map has its file, too.",
        "",
        *table(head, [
            (row["options"], f"{row['points_per_second']:,.0f}", rate(row["updates"]), f"{row['times_the_dry_run']:.2f}",
             f"{row['times_one_map']:.2f}") for row in rows
        ]),
        "",
    ]  # fmt: skip


def python_lines(measured):
    head = ("", "seconds", "against the program without a file")
    rows = [(row["options"], f"{row['seconds']:.3f}", f"{row['times_the_program']:.3f}") for row in measured["sweeps"]]
    return [
        "## The Python package",
        "",
        "`deadcone.sweep()` in memory, fate and steps, in a Python that has it loaded; the program with its start and `--dry-run`.",
        "",
        *table(head, rows),
        f"A map of {measured['memory_side']}² labels takes {measured['memory_times_the_arrays']:.2f} times the memory of its arrays.",
        "",
    ]


def births_lines(rows):
    shape = rows[0]["shape"]
    head = ("", "seconds", "× PyTorch", "× NumPy", "multiply-adds/s", "of the limit", "random numbers", "ns each")

    def cells(row):
        times, draws = row["times_the_peer"], row["seconds_of_random_numbers"]
        limit = row.get("fraction_of_limit")
        return (
            row["precision"],
            f"{row['seconds']['deadcone']:.3f}",
            *(f"{times[name]:.1f}" if name in times else "-" for name in ("PyTorch", "NumPy")),
            rate(row["multiply_adds_per_second"]),
            f"{100 * limit:.0f}%" if limit else "-",
            f"{100 * row['share_of_random_numbers']:.0f}% of the time",
            f"{1e9 * draws / row['random_numbers']:.2f}",
        )

    return [
        "## Networks that are born dead",
        "",
        f"{rows[0]['networks']} networks of width {shape['width']}, depth {shape['depth']}, {shape['points']} points of dimension "
        f"{shape['dimension']}, inputs drawn anew for each, He, no biases; the peers in their best block.",
        "",
        *table(head, [cells(row) for row in rows]),
        "",
    ]


def page(results):
    by_case = {}
    for result in results["results"]:
        by_case.setdefault(result["case"], []).append(result)
    lines = [f"# Benchmark: {results['machine']['gpu'] or results['machine']['cpu']}", "", *machine_lines(results)]
    others, units = [], []
    unit_names = {case.name for case in UNIT_CASES}
    for name, pair in by_case.items():
        if name == "peers":
            lines += peers_lines(pair)
        elif name == "widths":
            lines += widths_lines(pair)
        elif name in unit_names:
            units.append(pair)
        else:
            others += pair
    if units:
        lines += units_lines(units)
    lines += limit_lines(results["results"], results["instructions_per_second"])
    if others:
        lines += fates_lines(others)
    if rows := certify_refine.rows_of(results):
        lines += certify_refine.page_lines(rows, table)
    if "output" in results:
        lines += output_lines(results["output"])
    if "small_maps" in results:
        lines += small_maps_lines(results["small_maps"])
    if "births" in results:
        lines += births_lines(results["births"])
    if "python" in results:
        lines += python_lines(results["python"])
    return "\n".join(lines)


def chart(results, path):
    """Bars of the case with peers; false where there is none, or no matplotlib."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        print("report: no chart: matplotlib is not installed", file=sys.stderr)
        return False
    pair = [result for result in results["results"] if result["case"] == "peers"]
    if not pair:
        return False
    colours = {"float": "#56B4E9", "double": "#225588"}
    bars = []
    for result in pair:
        for name, values in result["mappers"].items():
            bars.append((values["updates_per_second"], f"deadcone, {name}", result["precision"]))
        bars += [(value, name, result["precision"]) for name, value in result["peers"].items()]
    bars.sort()
    figure = Figure(figsize=(8, 0.9 + 0.27 * len(bars)), dpi=150, layout="constrained")
    axes = figure.add_subplot()
    axes.barh(range(len(bars)), [bar[0] for bar in bars], color=[colours[bar[2]] for bar in bars], height=0.75)
    axes.set_yticks(range(len(bars)), [f"{name}, {precision}" for _, name, precision in bars], fontsize=9)
    for tick, (_, name, _) in zip(axes.get_yticklabels(), bars):
        tick.set_fontweight("bold" if name.startswith("deadcone") else "normal")
    for position, bar in enumerate(bars):
        axes.text(bar[0], position, f" {rate(bar[0])}", va="center", fontsize=8)
    axes.set(xscale="log", xlabel="updates per second (higher is better)", xlim=(bars[0][0] / 2, bars[-1][0] * 4))
    axes.set_title(f"{pair[0]['options']}\n{results['machine']['gpu'] or results['machine']['cpu']}, "
                   f"{results['machine']['cores']} cores", fontsize=9)  # fmt: skip
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_ylim(-0.6, len(bars) - 0.4)
    figure.savefig(path, metadata={"Software": None})
    return True


def write(path):
    """Writes page and chart beside the results; returns all three, as far as they are there."""
    results = json.loads(path.read_text())
    page_path, chart_path = path.with_suffix(".md"), path.with_suffix(".png")
    text = page(results)
    if chart(results, chart_path):
        head, _, rest = text.partition("\n## ")
        text = f"{head}\n![Updates per second of deadcone and its peers]({chart_path.name})\n\n## {rest}"
    page_path.write_text(text.rstrip() + "\n")
    return [p for p in (path, page_path, chart_path) if p.exists()]


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for written in write(pathlib.Path(sys.argv[1])):
        print(written)
