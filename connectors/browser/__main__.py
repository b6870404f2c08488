"""`python -m connectors.browser SOCKET GATE [FOLDER…]`: started by the worker, never by hand."""

import asyncio
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from connectors.browser.isolation import shut_in
from connectors.browser.process import serve, tie_to_parent


def main() -> None:
    """Shut this process in, then serve the worker at the other end of the inherited socket."""
    descriptor, gate, *plug_ins = sys.argv[1:]
    tie_to_parent()
    level = shut_in(Path(os.environ["HOME"]), urlsplit(gate).port or 0, [Path(folder) for folder in plug_ins])
    asyncio.run(serve(int(descriptor), gate, level))


if __name__ == "__main__":
    main()
