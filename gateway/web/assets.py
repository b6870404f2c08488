"""The compiled front end, read once and served from memory: no path of a request ever reaches the file system."""

import gzip
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from gateway.people.access import Who, allow
from ui.manifest import STATIC

_FOR_A_YEAR = "public, max-age=31536000, immutable"
_FOR_AN_HOUR = "public, max-age=3600"
_WORTH_PACKING = 1024
_TYPES = {".js": "text/javascript", ".svg": "image/svg+xml", ".woff2": "font/woff2"}
"""Named here because a machine's own table may say otherwise, and `nosniff` then refuses a script."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, as it is and packed."""

    content: bytes
    packed: bytes | None
    media_type: str
    cache: str


def load(folder: Path = STATIC) -> dict[str, Asset]:
    """Read all files below `folder`, by their paths. Those below `dist/` carry a hash in their name."""
    return {
        path.relative_to(folder).as_posix(): _read(path, built=path.is_relative_to(folder / "dist"))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


@get("/assets/{path:path}", **allow(Who.ANYONE, cacheable=True))
async def assets(request: "Request[Any, Any, Any]", path: FromPath[str]) -> Response[bytes]:
    """Serve one file of the front end."""
    asset: Asset | None = request.app.state.assets.get(path.lstrip("/"))
    if asset is None:
        raise NotFoundException
    headers = {"Cache-Control": asset.cache, "Vary": "Accept-Encoding"}
    content = asset.content
    if asset.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        content = asset.packed
        headers["Content-Encoding"] = "gzip"
    return Response(content, media_type=asset.media_type, headers=headers)


def _read(path: Path, *, built: bool) -> Asset:
    content = path.read_bytes()
    kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if kind.startswith("text/"):
        kind += "; charset=utf-8"
    packed = gzip.compress(content, 9, mtime=0) if len(content) >= _WORTH_PACKING else None
    if packed is not None and len(packed) >= len(content):
        packed = None
    return Asset(content, packed, kind, _FOR_A_YEAR if built else _FOR_AN_HOUR)
