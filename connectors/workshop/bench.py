"""Runs of one connector at one portal, as an author makes them: what the gateway would ask and answer, made up."""

import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from connectors.runner.api import (
    Decide,
    GateRequest,
    LookUpTask,
    Prepared,
    PrepareTask,
    Progress,
    RunnerSettings,
    SendTask,
    Sent,
    TicketSource,
    Verdict,
)
from connectors.runner.runner import Runner
from connectors.sdk.answers import InvalidAnswers, validate
from connectors.sdk.connector import Connector, Sample
from connectors.sdk.inputs import Upload
from connectors.sdk.steps import Values
from connectors.workshop.issuer import StandInIssuer
from delegation.readback import ReadBack, payload_bytes


class SampleError(Exception):
    """A connector has no such sample, or does not accept it itself; the message says which question."""


@dataclass
class Bench:
    """A runner, whom the portal believes, and where it is; a yes to everything unless told otherwise."""

    runner: Runner
    issuer: str
    ticket: TicketSource
    portal: str = ""
    """Origin of the portal that the next task is for."""
    deadline: float = 60.0
    verdict: Callable[[GateRequest], Verdict] = lambda _: Verdict(True)
    asked: list[GateRequest] = field(default_factory=list)
    told: list[Progress] = field(default_factory=list)

    @classmethod
    @asynccontextmanager
    async def opened(cls, issuer: StandInIssuer, settings: RunnerSettings) -> AsyncIterator["Bench"]:
        """A bench with a browser of its own; gone with the block."""
        runner = Runner(settings)
        await runner.start()
        try:
            yield cls(runner, issuer.url, issuer.ticket)
        finally:
            await runner.close()

    async def decide(self, request: GateRequest) -> Verdict:
        """The gate's question; kept, so that it can be looked at."""
        self.asked.append(request)
        return self.verdict(request)

    async def progress(self, progress: Progress) -> None:
        """How far a run is; kept too."""
        self.told.append(progress)

    def task(self, connector: Connector, sample: Sample, run_id: str | None = None) -> PrepareTask:
        """Fill in `sample`."""
        values, files = answers(connector, sample)
        return PrepareTask(**self._common(connector, run_id), values=values, files=files)

    async def prepare(self, task: PrepareTask) -> Prepared:
        """Fill the form and read it back; the page is held."""
        return await self.runner.prepare(task, self.decide, self.progress)

    async def send(self, connector: Connector, task: PrepareTask, confirmed: ReadBack, decide: Decide) -> Sent:
        """Press the last button once; what is read back must be `confirmed`."""
        expected = payload_bytes(confirmed, connector.volatile)
        sending = SendTask(
            **self._common(connector, task.run_id),
            values=task.values,
            files=task.files,
            same_payload=lambda readback: payload_bytes(readback, connector.volatile) == expected,
        )
        return await self.runner.send(sending, decide, self.progress)

    def look_up_task(self, connector: Connector, task: PrepareTask, since: datetime | None = None) -> LookUpTask:
        """Ask the portal what it holds of `task`."""
        key = connector.service_key(task.values)
        return LookUpTask(**self._common(connector, None), key=key, since=since or datetime.now(UTC))

    def _common(self, connector: Connector, run_id: str | None) -> dict[str, Any]:
        return {
            "run_id": run_id or secrets.token_hex(6),
            "connector_id": connector.id,
            "portal_origin": self.portal,
            "issuer_origin": self.issuer,
            "language": connector.manifest.language,
            "ticket": self.ticket,
            "deadline": self.deadline,
        }


def chosen_sample(connector: Connector, name: str | None) -> Sample:
    """The sample called `name`, or the first.

    Raises:
        SampleError: there is none.
    """
    for sample in connector.samples:
        if name in (None, sample.name):
            return sample
    there = ", ".join(sample.name for sample in connector.samples) or "none"
    raise SampleError(f"{connector.id} has no sample {name or ''}; there are: {there}")


def answers(connector: Connector, sample: Sample) -> tuple[Values, Mapping[str, Upload]]:
    """A sample's answers, checked as the gateway checks them.

    Raises:
        SampleError: the connector's own questions refuse them.
    """
    given = {**sample.answers(date.today()), **sample.files}  # noqa: DTZ011 - portals count in local days
    checked = validate(connector.inputs, given, "en")
    if isinstance(checked, InvalidAnswers):
        said = "; ".join(f"{name}: {words}" for name, words in checked.errors.items())
        raise SampleError(f"sample {sample.name} of {connector.id} is refused by its own questions: {said}")
    return checked.values, checked.files
