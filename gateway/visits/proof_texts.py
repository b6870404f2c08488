"""What the file of proofs says of itself: how to verify each part, with our commands or with others' tools."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the commands have to be given."""

    issuer: str
    origin: str
    template: str
    language: str
    hash: str
    key: str
    granted_at: str | None
    """RFC 3339; none where nobody has approved it."""


def readme(told: Told) -> str:
    """The instructions, in the language of the statement."""
    latvian = told.language.startswith("lv")
    parts = [_INTRODUCTION_LV if latvian else _INTRODUCTION_EN, _commands(told)]
    return "\n".join(part.strip("\n") + "\n" for part in parts)


def _commands(told: Told) -> str:
    how = f"--template {told.template} --language {told.language} --hash={told.hash} --key={told.key}"
    lines = [f"pilnvara delegation statement --check statement.txt --facts statement.json {how}"]
    if told.granted_at is not None:
        known = f"--jwks jwks.json --issuer {told.issuer} --audience {told.issuer}"
        lines.append(f"pilnvara delegation verify - {known} --at {told.granted_at} < delegation.jws")
    lines.append(f'python -m audit verify-proof log/001.tlog-proof log/001.json --vkey "$VKEY" --origin {told.origin}')
    return "\n".join(f"    {line}" for line in lines)


_INTRODUCTION_LV = """
Šajā datnē ir viss, kas pierāda vienu deleģējumu. Lai to pārbaudītu, nevienam nekas nav jājautā.

statement.txt       teksts, kas tika izlasīts un apstiprināts
statement.json      no kā tas uzrakstīts
delegation.jws      deleģējums ar mūsu parakstu
permits/            katrs "jā" tam, kas tika nosūtīts, ar mūsu parakstu; derīgs piecas minūtes un vienu reizi
receipts/           iestādes apliecinājumi
jwks.json           mūsu publiskās atslēgas; salīdziniet tās ar publicētajām
log/                žurnāla ieraksti par apmeklējumu, un pierādījumi, ka tie ir žurnālā; jaunākajiem to vēl nav
log/vkey.txt        žurnāla publiskā atslēga; ņemiet to no citurienes ($VKEY), ja neuzticaties šai datnei

Glabājiet šo datni kā personas dokumentus: tajā ir jūsu vārds. Neko ar to izdarīt jūsu vietā nevar.

Komandas (Python pakotne "pilnvara", bez servera):
"""

_INTRODUCTION_EN = """
This file has everything that proves one delegation. Nobody has to be asked to verify it.

statement.txt       the text that was read and approved
statement.json      what it was written from
delegation.jws      the delegation, signed by us
permits/            each yes to what was sent, signed by us; good for five minutes and once
receipts/           what the institution answered
jwks.json           our public keys; compare them with those that are published
log/                the log's entries about the visit, and proofs that they are in it; the newest have none yet
log/vkey.txt        the log's public key; take it from elsewhere ($VKEY) if you do not trust this file

Keep this file like your identity papers: your name is in it. Nothing can be done in your place with it.

The commands (the Python package "pilnvara", without a server):
"""
