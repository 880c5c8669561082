#!/usr/bin/env python3
"""Compares every include of include/, host/, kernels/ and python/ with the table of rooms in docs/architecture.md.

    check_rooms.py [--root FOLDER] [--summary]

Prints one line for each include that the table does not allow, for each file and include in no room, and for each row of the
table that names a room which is not above it; then it exits with 1. --summary prints files, lines and arrows by room.
"""

import argparse
import fnmatch
import itertools
import pathlib
import re
import sys
from dataclasses import dataclass, field

TABLE = pathlib.Path("docs/architecture.md")
FOLDERS = ("include", "host", "kernels", "python")
# Where "quoted" includes are looked for, and <deadcone/...>; those of a folder are looked for in itself, too.
INCLUDE_PATHS = ("include", "host", "kernels")
INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')
SOURCES = (".hpp", ".h", ".cpp", ".cu", ".cuh", ".inc", ".in")


@dataclass
class Room:
    name: str
    line: int  # of its row in the table
    places: list  # files, and folders that end in a slash
    uses: list
    libraries: list  # patterns of headers in angle brackets
    files: int = 0
    lines: int = 0
    arrows: dict = field(default_factory=dict)  # number of includes, by room

    def holds(self, path):
        return any(path == place or (place.endswith("/") and path.startswith(place)) for place in self.places)


def expand_braces(text):
    """a{b,c}d -> abd, acd."""
    head, brace, rest = text.partition("{")
    if not brace:
        return [text]
    choices, _, tail = rest.partition("}")
    return [head + choice + end for choice, end in itertools.product(choices.split(","), expand_braces(tail))]


def words(cell):
    """What stands between backticks."""
    return re.findall(r"`([^`]+)`", cell)


def read_rooms(path):
    """The rows of the table whose first column is called `room`."""
    rooms, inside = [], False
    for number, line in enumerate(path.read_text().splitlines(), 1):
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            inside = False
        elif cells[0] == "room":
            inside = True
        elif inside and words(cells[0]):
            places = [place for word in words(cells[1]) for place in expand_braces(word)]
            rooms.append(Room(words(cells[0])[0], number, places, words(cells[2]), words(cells[3])))
    return rooms


def resolve_uses(rooms):
    """Replaces `include/` by the rooms it stands for; returns what is wrong with the table."""
    wrong, above, public = [], [], []  # public: rooms above whose files are in include/
    known = {room.name for room in rooms}
    for room in rooms:
        if room.name in above:
            wrong.append(f"{TABLE}:{room.line}: there are two rooms {room.name}")
        room.uses = [name for use in room.uses for name in (public if use == "include/" else [use])]
        for name in room.uses:
            if name not in known:
                wrong.append(f"{TABLE}:{room.line}: room {room.name} names an unknown room, {name}")
            elif name not in above:
                wrong.append(f"{TABLE}:{room.line}: room {room.name} names {name}, which is not above it: a cycle could follow")
        above.append(room.name)
        if all(place.startswith("include/") for place in room.places):
            public.append(room.name)
    return wrong


def find_header(root, file, name):
    """The path of an included file of this project, or None."""
    for folder in (*(root / path for path in INCLUDE_PATHS), (root / file).parent):
        if (folder / name).is_file():
            return (folder / name).resolve().relative_to(root.resolve()).as_posix()
    return None


def check_include(root, file, room, quote, name, room_of):
    """What is wrong with one include, or None."""
    if quote == "<" and not name.startswith("deadcone/"):
        standard = "." not in name and "/" not in name
        if standard or any(fnmatch.fnmatchcase(name, pattern) for pattern in room.libraries):
            return None
        return f"room {room.name} may not include <{name}>"
    header = find_header(root, file, name)
    if header is None:
        return f"no file {name}"
    other = room_of(header)
    if other is None:
        return f"{header} is in no room of {TABLE}"
    room.arrows[other.name] = room.arrows.get(other.name, 0) + 1
    if other is not room and other.name not in room.uses:
        return f"room {room.name} may not include room {other.name} ({name})"
    return None


def check(root):
    """The rooms, and what is wrong."""
    rooms = read_rooms(root / TABLE)
    if not rooms:
        return rooms, [f"{TABLE}: has no table of rooms"]
    wrong = resolve_uses(rooms)

    def room_of(path):
        return next((room for room in rooms if room.holds(path)), None)

    paths = [path for folder in FOLDERS for path in sorted((root / folder).rglob("*")) if path.suffix in SOURCES]
    for path in paths:
        file = path.relative_to(root).as_posix()
        room = room_of(file)
        if room is None:
            wrong.append(f"{file}: is in no room of {TABLE}")
            continue
        lines = path.read_text().splitlines()
        room.files += 1
        room.lines += len(lines)
        for number, line in enumerate(lines, 1):
            match = INCLUDE.match(line)
            fault = match and check_include(root, file, room, *match.groups(), room_of)
            if fault:
                wrong.append(f"{file}:{number}: {fault}")
    return rooms, wrong


def print_summary(rooms):
    print("| room | files | lines | includes (number of them) |\n|---|---|---|---|")
    for room in rooms:
        arrows = ", ".join(f"{other.name} {room.arrows[other.name]}" for other in rooms
                           if other is not room and other.name in room.arrows)  # fmt: skip
        print(f"| {room.name} | {room.files} | {room.lines} | {arrows} |")
    arrows = sum(len(room.arrows.keys() - {room.name}) for room in rooms)
    print(f"| all | {sum(room.files for room in rooms)} | {sum(room.lines for room in rooms)} | {arrows} arrows |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[1],
                        help="the tree to check (default: this one)")  # fmt: skip
    parser.add_argument("--summary", action="store_true", help="print files, lines and arrows by room")
    arguments = parser.parse_args()
    rooms, wrong = check(arguments.root)
    if arguments.summary:
        print_summary(rooms)
    for line in wrong:
        print(line, file=sys.stderr)
    if wrong:
        return 1
    if not arguments.summary:
        print(f"check_rooms: {sum(room.files for room in rooms)} files in {len(rooms)} rooms include what {TABLE} allows")
    return 0


if __name__ == "__main__":
    sys.exit(main())
