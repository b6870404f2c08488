import json

import pytest

from connectors.sdk import members
from connectors.sdk.body import BodyError, BodyField, Difference, UndeclaredError
from connectors.sdk.members import Members
from delegation.readback import Item, ReadBack

JSON = "application/json"
DECLARED = Members(
    {
        "/draft": members.text("draft"),
        "/data/name": members.text("name"),
        "/data/from": members.day("from_day", "from_month", "from_year"),
        "/data/until": members.day("until"),
        "/data/agrees": members.flag("agrees"),
        "/data/languages": members.several("languages"),
        "/data/income/*/payer": members.text("income.*.payer"),
        "/data/income/*/sum": members.number("income.*.sum"),
        "/kind": members.fixed("claim"),
        "/at": members.loose(),
        "/other": members.text("account", page="refund"),
    },
    unsent=frozenset({"search"}),
)
HELD = ReadBack(
    tuple(
        Item(page, control, control, kind, value, value)
        for page, control, kind, value in (
            ("data", "draft", "hidden", "d1"),
            ("data", "name", "text", "Anna\nParauga"),
            ("data", "from_day", "select-one", "2"),
            ("data", "from_month", "select-one", "11"),
            ("data", "from_year", "select-one", "2026"),
            ("data", "until", "text", ""),
            ("data", "agrees", "checkbox", "on"),
            ("data", "languages", "checkbox", "lv"),
            ("data", "languages", "checkbox", ""),
            ("data", "languages", "checkbox", "en"),
            ("data", "income.0.payer", "text", "One"),
            ("data", "income.0.sum", "text", "1 234,50"),
            ("data", "income.1.payer", "text", "Two"),
            ("data", "income.1.sum", "text", ""),
            ("data", "search", "text", "Ann"),
            ("data", "proof", "file", "proof.pdf"),
            ("refund", "account", "text", "LV78"),
        )
    ),
    (),
    "",
    "lv",
)
BODY = {
    "draft": "d1",
    "data": {
        "name": "Anna\nParauga",
        "from": "2026-11-02",
        "until": None,
        "agrees": True,
        "languages": ["lv", "en"],
        "income": [{"payer": "One", "sum": 1234.5}, {"payer": "Two", "sum": ""}],
    },
    "kind": "claim",
    "at": "12:00:01",
    "other": "LV78",
}


def compared(body: object, readback: ReadBack = HELD, volatile: frozenset[str] = frozenset()) -> Difference | None:
    return DECLARED.compare(DECLARED.read(JSON, json.dumps(body).encode()), readback, "data", volatile)


def with_data(**changed: object) -> dict[str, object]:
    return BODY | {"data": BODY["data"] | changed}  # type: ignore[operator]  # a dictionary, as it stands above


class TestReading:
    def test_gives_every_value_by_its_pointer_and_leaves_out_what_says_nothing(self) -> None:
        fields = DECLARED.read(JSON, json.dumps(BODY).encode())
        assert BodyField("/data/income/0/sum", "1234.5") in fields
        assert [field.value for field in fields if field.name == "/data/languages"] == ["lv", "en"]
        assert not {"/data/until", "/data/income/1/sum"} & {field.name for field in fields}

    @pytest.mark.parametrize("number", [b"1234.50", b"1234.5", b"12345e-1", b'"1234.50"'])
    def test_knows_a_number_however_it_is_written(self, number: bytes) -> None:
        assert DECLARED.read(JSON, b'{"data": {"income": [{"sum": ' + number + b"}]}}") == (
            BodyField("/data/income/0/sum", "1234.5"),
        )

    @pytest.mark.parametrize(
        "body",
        [
            b'{"draft": "a", "draft": "b"}',
            b'{"data": {"name": "a", "n\\u0061me": "b"}}',
            b'{"draft": "\\ud800"}',
            b'{"draft": "\xff"}',
            b'\xef\xbb\xbf{"draft": "a"}',
            b'{"data": {"income": [{"sum": NaN}]}}',
            b'{"data": {"income": [{"sum": 1e9999}]}}',
            b'{"data": {"income": [{"sum": ' + b"9" * 5000 + b"}]}}",
            b'{"draft": 1}',
            b'{"data": {"agrees": "yes"}}',
            b'{"data": {"languages": "lv"}}',
            b'{"data": {"languages": [["lv"]]}}',
            b'{"draft": "a"} {}',
            b"",
            b"[" * 100_000,
        ],
    )
    def test_refuses_what_two_readers_could_read_differently(self, body: bytes) -> None:
        with pytest.raises(BodyError):
            DECLARED.read(JSON, body)

    @pytest.mark.parametrize(
        "body",
        [b'{"more": null}', b'{"data": {"more": 1}}', b'{"more": {}}', b'{"data": {"income": {"0": {}}}}', b"[]", b"1"],
    )
    def test_refuses_a_member_that_nobody_declared(self, body: bytes) -> None:
        with pytest.raises(UndeclaredError):
            DECLARED.read(JSON, body)

    @pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded", f"{JSON}; charset=utf-16"])
    def test_refuses_another_kind_of_body(self, kind: str) -> None:
        with pytest.raises(BodyError):
            DECLARED.read(kind, b'{"draft": "a"}')


class TestComparing:
    def test_finds_what_the_page_held(self) -> None:
        assert compared(BODY) is None

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            (with_data(name="Anna"), "/data/name"),
            (with_data(**{"from": "2026-02-11"}), "/data/from"),
            (with_data(agrees=False), "/data/agrees"),
            (with_data(languages=["en", "lv"]), "/data/languages"),
            (with_data(languages=["lv", "en", "de"]), "/data/languages"),
            (with_data(income=[{"payer": "One", "sum": 12345}, {"payer": "Two"}]), "/data/income/0/sum"),
            (with_data(income=[{"payer": "Two", "sum": 1234.5}, {"payer": "One"}]), "/data/income/0/payer"),
            (with_data(until="2027-01-01"), "/data/until"),
            (BODY | {"kind": "amend"}, "/kind"),
            (BODY | {"other": "LV79"}, "/other"),
            ({name: value for name, value in BODY.items() if name != "other"}, "/other"),
        ],
    )
    def test_names_the_member_that_differs(self, body: object, pointer: str) -> None:
        found = compared(body)
        assert found is not None
        assert pointer in (*found.changed, *found.missing, *found.unexpected)

    def test_notices_a_row_more_and_a_row_less(self) -> None:
        rows = [{"payer": "One", "sum": 1234.5}, {"payer": "Two"}, {"payer": "Three"}]
        assert compared(with_data(income=rows)) == Difference(unexpected=("/data/income/2/payer",))
        assert compared(with_data(income=rows[:1])) == Difference(missing=("/data/income/1/payer",))

    def test_lets_only_the_value_of_a_volatile_control_differ(self) -> None:
        assert compared(BODY | {"draft": "d2"}) == Difference(changed=("/draft",))
        assert compared(BODY | {"draft": "d2"}, volatile=frozenset({"draft"})) is None
        assert compared(BODY | {"draft": ""}, volatile=frozenset({"draft"})) == Difference(missing=("/draft",))

    def test_lets_a_loose_member_say_anything(self) -> None:
        assert compared(BODY | {"at": "later"}) is None

    def test_notices_a_control_that_the_page_holds_and_would_not_send(self) -> None:
        more = ReadBack((*HELD.items, Item("data", "hidden_more", "", "hidden", "x", "")), (), "", "lv")
        assert compared(BODY, more) == Difference(missing=("hidden_more",))


class TestARowThatSaysNothing:
    @pytest.mark.parametrize("row", [{}, {"payer": None, "sum": ""}])
    def test_is_not_added_to_those_that_were_read_back(self, row: dict[str, object]) -> None:
        rows = [{"payer": "One", "sum": 1234.5}, {"payer": "Two"}]
        assert compared(with_data(income=[*rows, row])) == Difference((), ("/data/income/2",), ())

    def test_stays_where_the_page_shows_it_empty(self) -> None:
        empty = Item("data", "income.2.payer", "", "text", "", "")
        shown = ReadBack((*HELD.items, empty), (), "", "lv")
        rows = [{"payer": "One", "sum": 1234.5}, {"payer": "Two"}, {"payer": "", "sum": None}]
        assert compared(with_data(income=rows), shown) is None
