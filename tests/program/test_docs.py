"""README and docs: links and paths lead somewhere, options exist, and the README stays short."""

import itertools
import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", ROOT / "bench" / "README.md",
         *sorted((ROOT / "docs").glob("*.md"))]  # fmt: skip
COMMANDS = ("sweep", "birth", "info", "verify", "analyze", "merge", "trace", "field", "spectrum", "completion")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
# Programs of others, whose options are not ours to check.
OTHER_PROGRAMS = re.compile(r"^\s*(cmake|ctest|sbatch|\.venv/bin/pip)\b|deadcone_tests|`cmake --install`|`flux submit --cc`|SLURM_|Slurm")

names = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name if page.parent != ROOT / "bench" else "bench")


def anchors(page):
    """The anchors of a page's headings, as GitHub makes them."""
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.M | re.S)
    headings = re.findall(r"^#+ (.*)$", text, flags=re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def expand_braces(text):
    head, brace, rest = text.partition("{")
    if not brace:
        return [text]
    choices, _, tail = rest.partition("}")
    return [head + choice + end for choice, end in itertools.product(choices.split(","), expand_braces(tail))]


def test_the_readme_stays_short():
    assert len((ROOT / "README.md").read_text().splitlines()) <= 150


@names
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text()):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        goal = page.parent / path if path else page
        assert goal.exists(), f"{page.name} links {target}, which does not exist"
        assert not anchor or anchor in anchors(goal), f"{page.name} links {target}: there is no such heading"


@names
def test_paths_exist(page):
    folders = "include|host|kernels|tests|bench|scripts|docs"
    for word in re.findall(rf"(?<![\w./<])(?:\./)?((?:{folders})/[\w./{{}},*-]*)", page.read_text()):
        for path in expand_braces(word.rstrip(".,")):
            assert list(ROOT.glob(path.rstrip("/"))), f"{page.name} mentions {path}, which does not exist"


@pytest.fixture(scope="module")
def options_of(deadcone):
    """The options of each command, from its help."""
    return {command: set(OPTION.findall(deadcone.done(command, "--help").stdout)) for command in COMMANDS}


@names
def test_commands_have_the_options_they_are_shown_with(page, options_of):
    lines = page.read_text().replace("\\\n", "")
    for command, rest in re.findall(r"(?:\$D|deadcone) ([a-z]+)\b([^`\n|>]*)", lines):
        unknown = set(OPTION.findall(rest)) - options_of.get(command, set())
        assert not unknown or command not in COMMANDS, f"{page.name}: {command} has no {sorted(unknown)}"


@names
def test_options_exist(page, options_of):
    known = {"--version", "--help"}.union(*options_of.values())
    for script in [*ROOT.glob("scripts/**/*.py"), *ROOT.glob("bench/**/*.py"), *ROOT.glob("scripts/*.sh")]:
        known |= set(OPTION.findall(script.read_text()))
    program = next(ROOT.glob("bench/programs/bench_mapper.cpp")).read_text()
    known |= set(OPTION.findall(program))
    for line in page.read_text().splitlines():
        if not OTHER_PROGRAMS.search(line):
            unknown = set(OPTION.findall(line)) - known
            assert not unknown, f"{page.name} mentions {sorted(unknown)}, which nothing has: {line}"
