"""Requests to one address, told apart by fields that must each have one value."""

import pytest

from connectors.sdk.body import URLENCODED
from connectors.sdk.steps import Request

FINAL = Request(path="/serviss", fields=("DARB", "POGA", "SEK"), fixed={"DARB": "X_APSTIPRINAT", "POGA": "Apstiprinat"})


@pytest.mark.parametrize(
    ("body", "meant"),
    [
        (b"DARB=X_APSTIPRINAT&POGA=Apstiprinat&SEK=7", True),
        (b"SEK=7&POGA=Apstiprinat&DARB=X_APSTIPRINAT", True),
        (b"DARB=X_DATI&POGA=Apstiprinat&SEK=7", False),
        (b"DARB=X_APSTIPRINAT&SEK=7", False),
        (b"DARB=X_APSTIPRINAT&DARB=X_DATI&POGA=Apstiprinat", False),
        (b"DARB=X_APSTIPRINAT&DARB=X_APSTIPRINAT&POGA=Apstiprinat", False),
        (b"DARB=x_apstiprinat&POGA=Apstiprinat", False),
        (b"DARB=X_APSTIPRINAT&POGA=Apstiprinat&%%", False),
        (b"", False),
    ],
)
def test_each_stands_there_once_with_its_value(body: bytes, *, meant: bool) -> None:
    assert FINAL.is_meant(URLENCODED, body) is meant


def test_a_body_in_another_form_is_not_meant() -> None:
    assert not FINAL.is_meant("application/json", b'{"DARB": "X_APSTIPRINAT", "POGA": "Apstiprinat"}')


def test_without_fixed_fields_the_address_alone_counts() -> None:
    assert Request(path="/dati", fields=()).is_meant("", b"anything")
