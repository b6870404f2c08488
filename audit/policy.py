"""Whom a verifier trusts (C2SP tlog-policy): logs, witnesses, and which of the witnesses must have cosigned.

One text file, the same for the log's operator, who reads the witnesses' addresses in it, and for an auditor, who needs
none. Groups make rules such as "two of these three and any of those".
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final

from audit.cosignature import WitnessVerifier
from audit.errors import NoteError, PolicyError
from audit.note import Verifier

NONE: Final = "none"
"""The quorum of a policy that demands no witness."""

MAX_POLICY_BYTES = 262_144

_FORBIDDEN = re.compile(rb"[^\t\n\x20-\x7e\x80-\xff]")
_SPACE = re.compile(r"[ \t]+")


@dataclass(frozen=True)
class NamedWitness:
    """A witness as a policy lists it."""

    name: str
    """What the policy calls it, to put it in groups."""
    verifier: WitnessVerifier
    url: str | None = None
    """Its submission prefix (C2SP tlog-witness); needed by the log alone."""


@dataclass(frozen=True)
class Group:
    """So many of these witnesses and groups."""

    name: str
    least: int
    members: tuple[str, ...]


@dataclass(frozen=True)
class TrustPolicy:
    """A policy as read. Made by `parse` or `of`."""

    logs: tuple[Verifier, ...]
    witnesses: tuple[NamedWitness, ...]
    groups: Mapping[str, Group]
    quorum: str
    """A witness's or group's name, or `none`."""

    @classmethod
    def parse(cls, content: bytes) -> "TrustPolicy":
        """Read a policy file.

        Raises:
            PolicyError: it is not in the form of tlog-policy; the message names the line.
        """
        if len(content) > MAX_POLICY_BYTES:
            raise PolicyError(f"a policy of {len(content)} bytes; {MAX_POLICY_BYTES} are read")
        if _FORBIDDEN.search(content):
            raise PolicyError("a policy holds no control characters but tabs and newlines")
        reader = _Reader()
        # Bytes that are no UTF-8 are allowed in names; the escape keeps two such names apart.
        for number, line in enumerate(content.decode("utf-8", "surrogateescape").split("\n"), 1):
            words = [word for word in _SPACE.split(line) if word]
            if words and not words[0].startswith("#"):
                try:
                    reader.take(words)
                except (PolicyError, NoteError) as error:
                    raise PolicyError(f"line {number}: {error}") from error
        return reader.policy()

    @classmethod
    def of(cls, vkeys: Collection[str], least: int) -> "TrustPolicy":
        """The policy that `least` of the witnesses with these vkeys must have cosigned; `least` may be too many.

        Raises:
            NoteError: not a witness's vkey.
        """
        named = tuple(NamedWitness(vkey, WitnessVerifier.parse(vkey)) for vkey in dict.fromkeys(vkeys))
        group = Group("all of them", least, tuple(each.name for each in named))
        return cls((), named, {group.name: group}, group.name if least else NONE)

    @property
    def demands(self) -> bool:
        """Whether any witness must have cosigned."""
        return self.quorum != NONE

    def is_met(self, cosigners: Collection[WitnessVerifier]) -> bool:
        """Whether `cosigners` are enough."""
        return not self.demands or self._has(self.quorum, cosigners)

    def _has(self, name: str, cosigners: Collection[WitnessVerifier]) -> bool:
        group = self.groups.get(name)
        if group is None:
            return any(each.name == name and each.verifier in cosigners for each in self.witnesses)
        return sum(self._has(member, cosigners) for member in group.members) >= group.least

    def __str__(self) -> str:
        """The quorum in words, such as `2 of w1, w2, (1 of w3, w4)`."""
        return self._say(self.quorum)

    def _say(self, name: str) -> str:
        group = self.groups.get(name)
        if group is None:
            return name
        members = ", ".join(f"({self._say(each)})" if each in self.groups else each for each in group.members)
        return f"{group.least} of {members}"


class _Reader:
    """A policy while its lines are read."""

    def __init__(self) -> None:
        self._logs: list[Verifier] = []
        self._witnesses: dict[str, NamedWitness] = {}
        self._groups: dict[str, Group] = {}
        self._quorum: str | None = None
        self._lines: Mapping[str, Callable[[list[str]], None]] = {
            "log": self._log,
            "witness": self._witness,
            "group": self._group,
            "quorum": self._set_quorum,
        }

    def take(self, words: list[str]) -> None:
        """One line.

        Raises:
            PolicyError, NoteError: it cannot stand in a policy, or not here.
        """
        take = self._lines.get(words[0])
        if take is None:
            raise PolicyError(f"{words[0]!r} begins no line of a policy")
        take(words[1:])

    def policy(self) -> TrustPolicy:
        """All of it.

        Raises:
            PolicyError: no quorum.
        """
        if self._quorum is None:
            raise PolicyError("a policy has a quorum, which may be `none`")
        return TrustPolicy(tuple(self._logs), tuple(self._witnesses.values()), self._groups, self._quorum)

    def _log(self, words: list[str]) -> None:
        if len(words) not in (1, 2):
            raise PolicyError("a log is a vkey, and perhaps an address")
        verifier = Verifier.parse(words[0])
        if any(verifier.public_key == each.public_key for each in self._logs):
            raise PolicyError("this log's key stands in the policy already")
        self._logs.append(verifier)

    def _witness(self, words: list[str]) -> None:
        if len(words) not in (2, 3):
            raise PolicyError("a witness is a name, a vkey, and perhaps an address")
        self._check_new(words[0])
        verifier = WitnessVerifier.parse(words[1])
        if any(verifier.public_key == each.verifier.public_key for each in self._witnesses.values()):
            raise PolicyError("this witness's key stands in the policy already")
        self._witnesses[words[0]] = NamedWitness(words[0], verifier, words[2] if len(words) == 3 else None)

    def _group(self, words: list[str]) -> None:
        if len(words) < 3:
            raise PolicyError("a group is a name, a number, and its members")
        name, least, *members = words
        self._check_new(name)
        taken = {each for group in self._groups.values() for each in group.members}
        for member in members:
            if member not in self._witnesses and member not in self._groups:
                raise PolicyError(f"no line above defines {member!r}")
            if member in taken or members.count(member) > 1:
                raise PolicyError(f"{member!r} counts in more than one way")
        number = {"any": "1", "all": str(len(members))}.get(least, least)
        if not (number.isascii() and number.isdigit()) or not 1 <= int(number) <= len(members):
            raise PolicyError(f"a group of {len(members)} cannot demand {least!r}")
        self._groups[name] = Group(name, int(number), tuple(members))

    def _set_quorum(self, words: list[str]) -> None:
        if self._quorum is not None:
            raise PolicyError("a policy has one quorum")
        if len(words) != 1 or (words[0] != NONE and words[0] not in self._witnesses and words[0] not in self._groups):
            raise PolicyError("the quorum is `none`, or a witness or group that a line above defines")
        self._quorum = words[0]

    def _check_new(self, name: str) -> None:
        if name == NONE or name in self._witnesses or name in self._groups:
            raise PolicyError(f"the name {name!r} is taken")
