"""The session of whoever calls, for handlers that more than one kind of caller may call."""

from litestar.params import SkipValidation

from gateway.people.access import AnySession

CurrentSession = SkipValidation[AnySession | None]
"""For a handler that several kinds of callers, or nobody, may call; others name the one class that they expect.

Apart from `gateway.people.access`, which the flow and the worker know, and neither of them knows Litestar.
"""
