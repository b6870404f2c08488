"""HTTP servers of the standard library for tests, which end as soon as they are told to."""

import threading
from http.server import ThreadingHTTPServer

_POLL_SECONDS = 0.01
"""How often a server looks whether it is to end: the library's half a second would be waited for a hundred times."""


class WebServer(ThreadingHTTPServer):
    """The library's server, with room for a browser that opens many connections while the machine is busy.

    The library keeps five that wait. The sixth is dropped, and its browser comes back after seconds, or never.
    """

    request_queue_size = 128


def serve(server: ThreadingHTTPServer) -> threading.Thread:
    """Answer in a thread of its own until `server.shutdown()`."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": _POLL_SECONDS}, daemon=True)
    thread.start()
    return thread
