"""`python -m ui.gallery OUT` writes the gallery to the folder OUT, to be opened through any web server."""

import sys
from pathlib import Path

from ui.gallery.pages import write_gallery


def main(arguments: list[str]) -> int:
    """Write the gallery; 0 written, 2 no folder given."""
    match arguments:
        case [folder]:
            for path in write_gallery(Path(folder)):
                print(path)
            return 0
        case _:
            print("python -m ui.gallery OUT", file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
