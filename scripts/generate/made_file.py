"""What the programs have in common that make a file of the tree: print it, write it, or compare it."""

import argparse
import pathlib
import sys


def run(description, path, make, some_lines=None):
    """The command line of a program whose file is at `path` and has the text that make() gives. Where that takes long,
    some_lines(n) gives the lines of every nth row, by their number from 0."""
    program = pathlib.Path(sys.argv[0]).stem
    kind = "table" if path.suffix == ".inc" else "header"
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--write", action="store_true", help=f"write the {kind} into the tree")
    mode.add_argument("--check", action="store_true", help=f"compare with the {kind} in the tree")
    if some_lines is not None:
        parser.add_argument("--every", type=int, metavar="N", help="with --check: compare every Nth row alone")
    options = parser.parse_args()
    if options.check:
        content = path.read_text()
        if some_lines is not None and options.every is not None:
            lines = content.splitlines()
            is_right = all(lines[number : number + 1] == [line] for number, line in some_lines(options.every).items())
        else:
            is_right = content == make()
        if not is_right:
            sys.exit(f"{program}: {path.name} is not what this program makes; run it with --write")
        print("1 passed, 0 failed")
    elif options.write:
        path.write_text(make())
    else:
        print(make(), end="")
