"""Every page's handlers. Not in the package itself: whoever imports a page's neighbour must not import all pages."""

from litestar.types import ControllerRouterHandler

from gateway.pages import (
    account,
    audit,
    audit_around,
    audit_bundles,
    audit_cases,
    audit_holds,
    audit_sample,
    audit_signs,
    delegations,
    display,
    home,
    presented,
    presented_erasure,
    recovering,
    second_look,
    staff_values,
    statements,
    terminals,
    witnessing,
)
from gateway.pages.admin import changes, proposing, registry
from gateway.pages.desk import controllers as desk
from gateway.pages.mine import controllers as mine
from gateway.pages.resident import approving, disputing, entering, passkeys, signing_in, stopping

CONTROLLERS: tuple[ControllerRouterHandler, ...] = (
    *home.HANDLERS,
    *account.HANDLERS,
    *recovering.HANDLERS,
    *terminals.HANDLERS,
    *desk.HANDLERS,
    *entering.HANDLERS,
    *approving.HANDLERS,
    *stopping.HANDLERS,
    *disputing.HANDLERS,
    *signing_in.HANDLERS,
    *passkeys.HANDLERS,
    *mine.HANDLERS,
    *display.HANDLERS,
    *audit.HANDLERS,
    *audit_around.HANDLERS,
    *audit_bundles.HANDLERS,
    *audit_cases.HANDLERS,
    *audit_holds.HANDLERS,
    *audit_sample.HANDLERS,
    *audit_signs.HANDLERS,
    *presented.HANDLERS,
    *presented_erasure.HANDLERS,
    *delegations.HANDLERS,
    *second_look.HANDLERS,
    *witnessing.HANDLERS,
    *staff_values.HANDLERS,
    *changes.HANDLERS,
    *proposing.HANDLERS,
    *registry.HANDLERS,
    *statements.HANDLERS,
)
"""A module of pages ends in the tuple `HANDLERS`, which is named here."""
