"""What comes to the endpoints for portals and what goes back, without HTTP; and how Authlib reads it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from authlib.oauth2 import OAuth2Request
from authlib.oauth2.rfc6749 import OAuth2Payload


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One HTTP request to us, read to its end."""

    method: str
    path: str
    pairs: Sequence[tuple[str, str]] = field(repr=False)
    """The parameters of its query or body, in order."""
    authorization: str | None = field(default=None, repr=False)

    @property
    def repeated(self) -> bool:
        """Whether a parameter stands twice, so that two readers could believe different ones."""
        return len({name for name, _ in self.pairs}) != len(self.pairs)

    def has(self, name: str) -> bool:
        """Say whether a parameter is there."""
        return any(each == name for each, _ in self.pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What to answer: a document, or where to send the browser."""

    status: int
    body: Mapping[str, Any] | str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


class _Payload(OAuth2Payload):
    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        self._lists: dict[str, list[Any]] = {}
        for name, value in pairs:
            self._lists.setdefault(name, []).append(value)

    @property
    def data(self) -> dict[str, str]:
        return {name: values[0] for name, values in self._lists.items()}

    @property
    def datalist(self) -> dict[str, list[Any]]:
        return self._lists


class PortalRequest(OAuth2Request):
    """A request as Authlib reads it. Its address is the public one, whatever stands between it and us."""

    def __init__(self, issuer: str, asked: Asked) -> None:
        headers = {"Authorization": asked.authorization} if asked.authorization else {}
        super().__init__(asked.method, issuer + asked.path, headers=headers)
        self.payload: OAuth2Payload = _Payload(asked.pairs)

    @property
    def form(self) -> dict[str, str]:
        """The parameters, each once."""
        return self.payload.data
