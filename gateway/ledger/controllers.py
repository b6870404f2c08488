"""The log as anyone may fetch it: checkpoint, public key, names and hash tiles (C2SP tlog-tiles).

Hash tiles tell nothing of what was logged, since every entry is salted; the entries themselves are for auditors.
"""

from litestar import MediaType, Response, get
from litestar.exceptions import NotFoundException
from litestar.types import ControllerRouterHandler
from sqlalchemy import Connection

from audit import checkpoint
from audit.errors import TileError
from audit.tiles import WIDTH, Tile, hash_tile
from gateway.ledger import checkpoints, origins, tree
from gateway.parts import Parts
from gateway.people.access import Who, allow

_LEVELS_A_TILE = 8
_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
_FOR_A_SECOND = {"Cache-Control": "public, max-age=1"}


@get("/log/checkpoint", **allow(Who.ANYONE, cacheable=True))
async def published_checkpoint(parts: Parts) -> Response[bytes]:
    """Answer with the newest signed checkpoint (C2SP tlog-checkpoint)."""
    signed = await parts.database.read(checkpoints.latest)
    if signed is None:
        raise NotFoundException
    return Response(signed, media_type="text/plain; charset=utf-8", headers=_FOR_A_SECOND)


@get("/log/vkey", **allow(Who.ANYONE, cacheable=True), media_type=MediaType.TEXT)
async def public_key(parts: Parts) -> Response[str]:
    """Answer with the log's public keys, one vkey (C2SP signed-note) a line, the one that signs first.

    Those are the keys of today's name; what signed under earlier ones is in the list of names.
    """
    keys = "".join(f"{vkey}\n" for vkey in origins.vkeys(parts.publisher))
    return Response(keys, media_type=MediaType.TEXT, headers=_FOR_A_SECOND)


@get("/log/origins", **allow(Who.ANYONE, cacheable=True))
async def published_origins(parts: Parts) -> Response[bytes]:
    """Answer with every name that the log ever had: its keys, where it began, and what was lost by then."""
    names = await parts.database.read(lambda conn: origins.encoded(conn, parts.publisher))
    return Response(names, media_type=MediaType.JSON, headers=_FOR_A_SECOND)


@get("/log/tile/{place:path}", **allow(Who.ANYONE, cacheable=True))
async def published_tile(parts: Parts, place: str) -> Response[bytes]:
    """Answer with a hash tile, full or partial, of what the newest checkpoint covers."""
    try:
        tile = Tile.parse(f"tile{place}")
    except TileError as error:
        raise NotFoundException from error
    content = await parts.database.read(lambda conn: read_tile(conn, tile))
    if content is None:
        raise NotFoundException
    return Response(content, media_type="application/octet-stream", headers=_FOR_EVER)


def read_tile(conn: Connection, tile: Tile) -> bytes | None:
    """Return the hashes of `tile`; none if it is an entry bundle, or reaches past the newest checkpoint."""
    signed = checkpoints.latest(conn)
    if tile.level is None or signed is None:
        return None
    level, first = tile.level * _LEVELS_A_TILE, tile.index * WIDTH
    last = first + tile.width
    if last > checkpoint.parse(signed).size >> level:
        return None
    hashes = dict(enumerate(tree.nodes(conn, level, first, last), first))
    return hash_tile(tile, lambda _, idx: hashes[idx])


CONTROLLERS: tuple[ControllerRouterHandler, ...] = (
    published_checkpoint,
    public_key,
    published_origins,
    published_tile,
)
