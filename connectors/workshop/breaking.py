"""Bodies changed on their way to a portal, so that it finds an answer missing."""

from collections.abc import Callable
from urllib.parse import parse_qsl, urlencode


def emptied(control: str) -> Callable[[str, bytes], bytes]:
    """A form's body with nothing in `control`."""

    def without(_content_type: str, body: bytes) -> bytes:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True)
        return urlencode([(name, "" if name == control else value) for name, value in pairs]).encode()

    return without
