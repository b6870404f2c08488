"""What every test may ask for; the fixtures stand in the modules named here."""

import pytest

pytest_plugins = ["tests.browser", "tests.databases", "tests.memory", "tests.network"]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Tests marked `anyio` run on asyncio, as the product does."""
    return "asyncio"
