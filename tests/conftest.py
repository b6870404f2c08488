"""What every test may ask for; the fixtures stand in the modules named here."""

import gc
import os

import pytest

pytest_plugins = ["tests.browser", "tests.databases", "tests.memory", "tests.network"]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Tests marked `anyio` run on asyncio, as the product does."""
    return "asyncio"


_ON_ONE_DATABASE = (
    "tests/gateway/pages/",
    "tests/gateway/web/",
    "tests/gateway/changes/test_defining",
    "tests/gateway/changes/test_in_a_browser",
    "tests/gateway/changes/test_pages",
    "tests/gateway/changes/test_recovery",
    "tests/gateway/commands/test_commands",
    "tests/gateway/commands/test_epochs",
    "tests/gateway/commands/test_statement",
    "tests/gateway/feedback/test_answers",
    "tests/gateway/feedback/test_in_a_browser",
    "tests/gateway/feedback/test_pages",
    "tests/gateway/notifications/",
    "tests/gateway/oauth/test_attacks",
    "tests/gateway/oauth/test_authentication",
    "tests/gateway/oauth/test_certified_clients",
    "tests/gateway/oauth/test_clients",
    "tests/gateway/oauth/test_logout",
    "tests/gateway/oauth/test_on_behalf",
    "tests/gateway/oauth/test_pushed",
    "tests/gateway/oauth/test_refused_log",
    "tests/gateway/oauth/test_relying_party",
    "tests/gateway/oauth/test_sandbox_portal",
    "tests/gateway/oauth/test_token_life",
    "tests/gateway/people/test_passkeys",
    "tests/gateway/people/test_staff_passkeys",
    "tests/gateway/visits/test_actions",
    "tests/gateway/visits/test_at_portals",
    "tests/gateway/visits/test_bundles",
    "tests/gateway/visits/test_calls",
    "tests/gateway/visits/test_closed_services",
    "tests/gateway/visits/test_documents",
    "tests/gateway/visits/test_evidence",
    "tests/gateway/visits/test_findings",
    "tests/gateway/visits/test_fixed",
    "tests/gateway/visits/test_inquiries",
    "tests/gateway/visits/test_own_evidence",
    "tests/gateway/visits/test_paper",
    "tests/gateway/visits/test_parties",
    "tests/gateway/visits/test_passkeys",
    "tests/gateway/visits/test_presenting",
    "tests/gateway/visits/test_register",
    "tests/gateway/visits/test_signs",
    "tests/gateway/visits/test_stop_codes",
    "tests/gateway/visits/test_whose_matter",
    "tests/flow/endings/",
    "tests/flow/test_whole_visit.py::TestAWholeVisit::test_by_display",
)
"""Tests of what stands above the flow functions and the tables, which run on both databases everywhere."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With `PILNVARA_TEST_TWINS=core`, as CI sets it, pages and endings run on SQLite alone; see decision 0043."""
    if os.environ.get("PILNVARA_TEST_TWINS") != "core":
        return
    left_out = {item for item in items if item.nodeid.startswith(_ON_ONE_DATABASE) and "postgresql" in item.name}
    config.hook.pytest_deselected(items=[item for item in items if item in left_out])
    items[:] = [item for item in items if item not in left_out]


def pytest_collection_finish() -> None:
    """Leave thousands of tests and all that was imported out of every later look for garbage."""
    gc.collect()
    gc.freeze()
