"""A page's form without what differs from one person, visit or answer to the next: so it is committed and compared."""

from collections.abc import Iterator

import msgspec

from connectors.sdk.fills import Choose, FillDateParts, FillRows, OneFill, declared, row_number
from connectors.sdk.page import FieldShape, FormShape, without_options
from connectors.sdk.paths import path_fits
from connectors.sdk.steps import Final, Step


def settled(page: Step | Final, shape: FormShape | None) -> FormShape | None:
    """`shape` with the declared address, without options that are a person's own, and with one row of each group."""
    if shape is None:
        return None
    for path in (page.request.path, page.path):
        if path_fits(path, shape.action):
            shape = msgspec.structs.replace(shape, action=path)
            break
    groups = tuple(fill for fill in page.fills if isinstance(fill, FillRows))
    own = frozenset(
        control
        for each in page.fills
        for fill in (each.fills if isinstance(each, FillRows) else (each,))
        for control in _with_own_options(fill)
    )
    return without_options(_with_one_row(shape, groups), own)


def expected_now(page: Step | Final, committed: FormShape, seen: FormShape | None) -> FormShape:
    """The committed form without what the page need not show now, and does not."""
    if seen is None:
        return committed
    shown = {field.name for field in seen.fields}
    rows = {action.control for fill in page.fills if isinstance(fill, FillRows) for action in declared((fill,))}
    hidden_rows = {action.also for fill in page.fills if isinstance(fill, FillRows) for action in declared((fill,))}
    appears = page.appears if isinstance(page, Step) else frozenset()
    may_wait = appears | rows | hidden_rows
    fields = tuple(field for field in committed.fields if field.name in shown or field.name not in may_wait)
    return msgspec.structs.replace(committed, fields=fields)


def merged(first: FormShape | None, later: FormShape | None) -> FormShape | None:
    """One form of two looks at the same page: what only one of them showed keeps its place."""
    if first is None or later is None:
        return first or later
    fields = list(later.fields)
    names = [field.name for field in fields]
    before = -1
    for field in first.fields:
        if field.name in names:
            before = names.index(field.name)
            continue
        before += 1
        fields.insert(before, field)
        names.insert(before, field.name)
    return msgspec.structs.replace(later, fields=tuple(fields))


def _with_own_options(fill: OneFill) -> Iterator[str]:
    """Controls whose options are a person's own, or another year's each year."""
    if isinstance(fill, Choose) and (fill.contains or fill.varies):
        yield fill.control
    elif isinstance(fill, FillDateParts):
        yield from (part.control for part in (fill.day, fill.month, fill.year) if part.varies)


def _with_one_row(shape: FormShape, groups: tuple[FillRows, ...]) -> FormShape:
    if not groups:
        return shape
    fields: list[FieldShape] = []
    for field in shape.fields:
        folded = _folded(field, groups)
        if folded not in fields or folded is field:
            fields.append(folded)
    return msgspec.structs.replace(shape, fields=tuple(fields))


def _folded(field: FieldShape, groups: tuple[FillRows, ...]) -> FieldShape:
    """A field of a row as that of any row; of two rows that differ, both stay and are told."""
    for group in groups:
        for action in declared((group,)):
            for control in filter(None, (action.control, action.also)):
                row = row_number(control, field.name)
                if row is not None:
                    title = group.row.format(number=row - group.first + 1)
                    return msgspec.structs.replace(
                        field, name=control, legend=field.legend.replace(title, group.row, 1)
                    )
    return field
