"""Workbooks and papers are made beside the event loop, two at a time: more would take the processor from the desks."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Final, TypeVar

T = TypeVar("T")
_TWO: Final = ThreadPoolExecutor(2, thread_name_prefix="making files")


async def made(make: Callable[[], T]) -> T:
    """What `make` gives, once it has its turn; nobody else's request waits for it."""
    return await asyncio.get_running_loop().run_in_executor(_TWO, copy_context().run, make)
