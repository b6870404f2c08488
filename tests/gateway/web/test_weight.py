"""How much a phone fetches before the first page stands."""

import http.client
import re
from urllib.parse import urlsplit

import pytest

LIMIT = 60_000
"""Bytes on the wire, heads included."""
FIRST_PAGES = ("/a", "/", "/mine/sign-in", "/f")


def fetched(address: str, path: str) -> tuple[str, int]:
    """What a browser gets: the text as sent, and the bytes of head and body."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc)
    connection.request("GET", path, headers={"Accept-Encoding": "gzip", "Accept": "text/html"})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    assert answer.status == 200
    return body.decode("utf-8", "replace"), len(body) + len(str(answer.headers).encode())


@pytest.mark.parametrize("path", FIRST_PAGES)
def test_a_first_page_with_all_it_asks_for_is_light(address: str, path: str) -> None:
    page, weight = fetched(address, path)
    asked = set(re.findall(r'(?:src|href)="(/assets/[^"]+)"', page))
    assert {name.rpartition(".")[2] for name in asked} == {"css", "js", "svg"}
    assert weight + sum(fetched(address, asset)[1] for asset in asked) <= LIMIT
    assert len(asked) == 3
