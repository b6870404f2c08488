"""`python -m connectors.browser SOCKET GATE`: started by the worker, never by hand."""

import asyncio
import sys

from connectors.browser.process import serve, tie_to_parent


def main() -> None:
    """Serve the worker at the other end of the inherited socket."""
    tie_to_parent()
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2]))


if __name__ == "__main__":
    main()
