"""What a bundle says of itself: how to verify it, as a whole by one command, and each part with others' tools too."""

from dataclasses import dataclass

from audit.members import entry_name, proof_name


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldDelegation:
    """What the commands about one delegation have to be given."""

    folder: str
    template: str
    language: str
    hash: str
    has_text: bool
    granted_at: str | None
    """RFC 3339; none where nobody has approved it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the commands have to be given."""

    issuer: str
    origin: str
    key: str | None
    """The key of the visit's hashes; only for whoever the values belong to."""
    delegations: tuple[ToldDelegation, ...]
    first: int | None
    """The first entry that the checkpoint covers."""


def readme(told: Told) -> str:
    """The instructions, in Latvian and English; who approved read one of them."""
    texts = [_INTRODUCTION_LV, _INTRODUCTION_EN]
    if told.delegations and told.delegations[0].language.startswith("en"):
        texts.reverse()
    return "\n".join(part.strip("\n") + "\n" for part in (*texts, _commands(told)))


def _commands(told: Told) -> str:
    lines = [f'python -m audit verify-bundle bundle.zip --vkey "$VKEY" --origin {told.origin}']
    for each in told.delegations:
        lines += _commands_of(each, told)
    if told.first is not None:
        entry = entry_name(told.first)
        lines.append(f'python -m audit verify-proof {proof_name(entry)} {entry} --vkey "$VKEY" --origin {told.origin}')
    return "\n".join(f"    {line}" for line in lines)


def _commands_of(each: ToldDelegation, told: Told) -> list[str]:
    lines = []
    if each.has_text:
        how = f"--template {each.template} --language {each.language}"
        how += "" if told.key is None else f" --hash={each.hash} --key={told.key}"
        text, facts = f"{each.folder}/statement.txt", f"{each.folder}/statement.json"
        lines.append(f"pilnvara delegation statement --check {text} --facts {facts} {how}")
    if each.granted_at is not None:
        known = f"--jwks jwks.json --issuer {told.issuer} --audience {told.issuer}"
        lines.append(f"pilnvara delegation verify - {known} --at {each.granted_at} < {each.folder}/delegation.jws")
    return lines


_INTRODUCTION_LV = """
Šajā datnē ir viss, kas pierāda vienu apmeklējumu. Lai to pārbaudītu, nevienam nekas nav jājautā.

index.html          kas notika, vārdiem: atveriet pārlūkā
manifest.json       kas datnē ir un kas no aizzīmogotā ir atklāts
delegations/        par katru deleģējumu: teksts, kas tika apstiprināts, un no kā tas uzrakstīts; deleģējums un
                    katrs "jā" nosūtīšanai ar mūsu parakstu
receipts/           iestādes apliecinājumi
openings.json       ar ko pārbauda, ka žurnāls zina tieši šīs atklātās ziņas
jwks.json           mūsu publiskās atslēgas; salīdziniet tās ar publicētajām
log/                žurnāla ieraksti par apmeklējumu, un katra pierādījums, ka tas ir žurnālā
log/vkey.txt        žurnāla publiskā atslēga; ņemiet to no citurienes ($VKEY), ja neuzticaties šai datnei
heads/              žurnāla apliecinājums, ar kuru ierakstu apmeklējums beidzas

Ja tekstos ir jūsu vārds, glabājiet šo datni kā personas dokumentus. Neko ar to izdarīt jūsu vietā nevar.

Komandas (Python pakotne "pilnvara", bez servera); pirmā pārbauda visu, pārējās atsevišķas daļas pēc izpakošanas:
"""

_INTRODUCTION_EN = """
This file has everything that proves one visit. Nobody has to be asked to verify it.

index.html          what happened, in words: open it in a browser
manifest.json       what is in the file, and what was opened of what is sealed
delegations/        for each delegation: the text that was approved and what it was written from; the delegation,
                    and each yes to what was sent, signed by us
receipts/           what the institution answered
openings.json       with what one sees that the log knows exactly these disclosed values
jwks.json           our public keys; compare them with those that are published
log/                the log's entries about the visit, each with the proof that it is in the log
log/vkey.txt        the log's public key; take it from elsewhere ($VKEY) if you do not trust this file
heads/              the log's own statement with which entry the visit ends

Where the texts hold your name, keep this file like your identity papers. Nothing can be done in your place with it.

The commands (the Python package "pilnvara", without a server); the first verifies all, the others parts, once unpacked:
"""
