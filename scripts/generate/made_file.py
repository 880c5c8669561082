"""What the programs have in common that make a file of the tree: print it, write it, or compare it."""

import argparse
import pathlib
import sys


def run(description, path, make):
    """The command line of a program whose file is at `path` and has the text that make() gives."""
    program = pathlib.Path(sys.argv[0]).stem
    kind = "table" if path.suffix == ".inc" else "header"
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--write", action="store_true", help=f"write the {kind} into the tree")
    mode.add_argument("--check", action="store_true", help=f"compare with the {kind} in the tree")
    options = parser.parse_args()
    text = make()
    if options.write:
        path.write_text(text)
    elif options.check:
        if path.read_text() != text:
            sys.exit(f"{program}: {path.name} is not what this program makes; run it with --write")
        print("1 passed, 0 failed")
    else:
        print(text, end="")
