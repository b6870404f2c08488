"""Whether what the browser's process reports is right: the page, its form, what its controls hold.

The worker judges, so that connector code cannot wave itself through.
"""

import hashlib
from collections.abc import Mapping

from connectors.runner import fees
from connectors.runner.errors import (
    FormChangedError,
    PortalUnavailableError,
    RunError,
    SessionLostError,
    TamperedError,
    ValuesRefusedError,
)
from connectors.sdk.connector import Connector
from connectors.sdk.differences import Place, differences
from connectors.sdk.fills import held_by, input_behind, row_number, rows_of
from connectors.sdk.inputs import Upload
from connectors.sdk.page import ControlState, FormShape, PageState
from connectors.sdk.paths import path_fits
from connectors.sdk.shapes import expected_now
from connectors.sdk.steps import Action, Final, How, Step, Values
from connectors.sdk.words import Words
from delegation.readback import Attachment, Item

_BROKEN = 500
_NOBODY = 401
"""What an API answers to whoever is not signed in (RFC 9110 section 15.5.2)."""


def check_arrival(connector: Connector, page: Step | Final, state: PageState, before: Step | None) -> None:
    """The portal shows `page`, reached from `before`.

    Raises:
        PortalUnavailableError, SessionLostError, ValuesRefusedError, FormChangedError: it shows something else.
    """
    if state.status >= _BROKEN or state.status == 0:
        raise PortalUnavailableError(f"the portal answered {state.status}")
    if state.status == _NOBODY or says_lost(connector, state):
        raise SessionLostError("the portal asks to sign in again")
    if before is not None and path_fits(before.path, state.path) and (state.errors or state.messages):
        raise refused(connector, state, before)
    if not path_fits(page.path, state.path) or (page.heading is not None and page.heading != state.title):
        raise FormChangedError(
            (
                Words(
                    f"Lapas „{page.title.lv}” vietā portāls rāda „{state.title}”.",
                    f"Instead of “{page.title.en}” the portal shows “{state.title}”.",
                ),
            )
        )


def says_lost(connector: Connector, state: PageState) -> bool:
    """Whether a page is what the portal shows to whoever has no session, or none any more."""
    lost = connector.sign_in
    return state.title in lost.lost_titles or any(path_fits(path, state.path) for path in lost.lost_paths)


def check_shape(connector: Connector, page: Step | Final, shape: FormShape | None) -> None:
    """A page's form is the committed one.

    Raises:
        FormChangedError: it is not; says how.
    """
    changed = changes(connector, page, shape)
    if changed:
        raise FormChangedError(changed, page.title if page.name in connector.fingerprints else None)


def changes(connector: Connector, page: Step | Final, shape: FormShape | None) -> tuple[Words, ...]:
    """How a settled form differs from the committed one, a sentence each; empty when it does not."""
    place = Place(connector.pages.index(page) + 1, page.title)
    expected = connector.fingerprints.get(page.name)
    if expected is None:
        return (place.say(Words("veidlapa vēl nekad nav apskatīta", "the form has never been looked at")),)
    return differences(place, expected_now(page, expected, shape), shape)


def refused(connector: Connector, state: PageState, page: Step | Final) -> RunError:
    """The portal's refusal, its words at our questions."""
    fills = tuple(fill for each in connector.pages if each is page or isinstance(page, Final) for fill in each.fills)
    messages: dict[str, str] = {}
    for control, text in (*state.errors.items(), *state.pointed.items()):
        question = input_behind(fills, control)
        if question is not None:
            messages.setdefault(question, text)
    said = set(messages.values())
    return ValuesRefusedError(messages, tuple(text for text in state.messages if text not in said))


def check_filled(connector: Connector, page: Step | Final, state: PageState, values: Values) -> None:
    """Every control holds what was asked for, and the page has nothing against it.

    Raises:
        ValuesRefusedError: the page's own script refuses a value.
        TamperedError: a control holds something else; it is named, its value is not.
    """
    if state.errors:
        raise refused(connector, state, page)
    for action in (action for fill in page.fills for action in fill.actions(values)):
        if not _holds(action, state.controls):
            raise TamperedError(f"page {page.name}", f"the control {action.control} does not hold what was asked for")


def _holds(action: Action, controls: tuple[ControlState, ...]) -> bool:
    if action.how is How.ROWS:
        return _has_rows(action, controls)
    held = held_by(action, controls)
    if action.how is How.SELECT_SEVERAL:
        return sorted(each.value for each in held) == sorted(action.several)
    if action.also and action.value and not any(each.value for each in controls if each.name == action.also):
        return False
    if action.contains and action.value:
        return len(held) == 1 and action.value in held[0].shown
    if not action.value and not held and action.how is not How.CHECKBOX:
        return True
    return len(held) == 1 and held[0].value.replace("\r\n", "\n") == action.value


def _has_rows(action: Action, controls: tuple[ControlState, ...]) -> bool:
    """As many rows as were answered; a portal that always shows one may keep it, empty."""
    rows = rows_of(action, controls)
    if len(rows) == int(action.value):
        return True
    return action.value == "0" and not any(
        each.value for each in controls if row_number(action.control, each.name) is not None
    )


def items(page: Step | Final, state: PageState) -> tuple[Item, ...]:
    """The rows of a read-back for one page: its controls, and of an overview what it shows."""
    controls = tuple(
        Item(page.name, control.name, control.label or control.legend, control.type, control.value, control.shown)
        if not (control.legend and control.label and control.legend != control.label)
        else Item(
            page.name,
            control.name,
            f"{control.legend}: {control.label}",
            control.type,
            control.value,
            control.shown,
        )
        for control in state.controls
    )
    if isinstance(page, Step):
        return controls
    return (*controls, *(Item(page.name, "", row.label, "shown", row.text, row.text) for row in state.rows))


def attachments(
    page: Step | Final, state: PageState, values: Values, files: Mapping[str, Upload]
) -> tuple[Attachment, ...]:
    """The files that a page is about to send, by the bytes that were given to it."""
    given = {
        action.control: files[action.input].content
        for fill in page.fills
        for action in fill.actions(values)
        if action.how is How.FILE and action.input is not None and action.input in files
    }
    return tuple(
        Attachment(control.name, control.value, hashlib.sha256(content).hexdigest(), len(content))
        for control in state.controls
        if control.type == "file" and control.value and control.name in given
        for content in (given[control.name],)
    )


def check_overview(final: Final, state: PageState, held: tuple[Item, ...]) -> str:
    """The overview shows what was filled; gives the fee as the portal writes it.

    Raises:
        TamperedError: a row shows something else.
        FormChangedError: a row or the fee is missing, or it asks for a fee that the connector does not declare.
    """
    rows = {row.label: row.text for row in state.rows}
    shown = {item.control: item.shown for item in held}
    for label, control in final.shows.items():
        if label not in rows:
            raise FormChangedError(
                (Words(f"Pārskatā vairs nav „{label}”.", f"The overview no longer shows “{label}”."),)
            )
        if _letters(shown.get(control, "")) not in _letters(rows[label]):
            raise TamperedError(f"page {final.name}", f"the row of {control} does not show what was filled in")
    return fees.of_overview(final, state, held)


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
