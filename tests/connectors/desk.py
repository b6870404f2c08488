"""What the gateway is to a runner, reduced to what a test holds: it says yes or no, and remembers what it saw."""

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from urllib.request import Request, urlopen

from connectors.runner import GateRequest, LookUpTask, PrepareTask, Progress, SendTask, Verdict
from connectors.runner.runner import Runner
from connectors.sdk import Upload, Validated, registry, validate
from connectors.sdk.steps import Values
from connectors.workshop.issuer import StandInIssuer
from delegation.readback import ReadBack, payload_bytes

SICKNESS = "lv.vsaa.sickness_benefit"
KINDERGARTEN = "lv.municipality.kindergarten_queue"


@dataclass
class Desk:
    """Tasks for one portal, and a verdict for each request."""

    runner: Runner
    portal: str
    issuer: StandInIssuer
    asked: list[GateRequest] = field(default_factory=list)
    told: list[Progress] = field(default_factory=list)
    verdict: Callable[[GateRequest], Verdict] = lambda _: Verdict(True)
    deadline: float = 60.0

    async def decide(self, request: GateRequest) -> Verdict:
        self.asked.append(request)
        return self.verdict(request)

    async def progress(self, progress: Progress) -> None:
        self.told.append(progress)

    def kinds(self) -> list[str]:
        return [request.kind for request in self.asked]

    def prepare_task(
        self,
        connector: str = SICKNESS,
        sample: int = 0,
        *,
        run_id: str | None = None,
        more: Mapping[str, str | list[str]] | None = None,
    ) -> PrepareTask:
        values, files = answers(connector, sample, more or {})
        return PrepareTask(**self.common(connector, run_id), values=values, files=files)

    def send_task(self, task: PrepareTask, confirmed: ReadBack) -> SendTask:
        expected = payload_bytes(confirmed, registry.find(task.connector_id).volatile)

        def same(readback: ReadBack) -> bool:
            return payload_bytes(readback, registry.find(task.connector_id).volatile) == expected

        return SendTask(
            **self.common(task.connector_id, task.run_id),
            values=task.values,
            files=task.files,
            same_payload=same,
        )

    def look_up_task(self, task: PrepareTask, since: datetime | None = None) -> LookUpTask:
        key = registry.find(task.connector_id).service_key(task.values)
        return LookUpTask(**self.common(task.connector_id), key=key, since=since or datetime.now(UTC))

    def common(self, connector: str, run_id: str | None = None) -> dict[str, Any]:
        return {
            "run_id": run_id or secrets.token_hex(6),
            "connector_id": connector,
            "portal_origin": self.portal,
            "issuer_origin": self.issuer.url,
            "language": "lv",
            "ticket": self.issuer.ticket,
            "deadline": self.deadline,
        }

    def state(self) -> dict[str, Any]:
        """What the portal itself has counted."""
        with urlopen(f"{self.portal}/_sandbox/state") as answer:
            counted: dict[str, Any] = json.load(answer)
        return counted

    def fault(self, name: str, *, on: bool = True, **parameters: object) -> None:
        body = json.dumps({"fault": name, "on": on, **parameters}).encode()
        request = Request(
            f"{self.portal}/_sandbox/faults", data=body, headers={"Content-Type": "application/json"}, method="POST"
        )
        urlopen(request).close()


def answers(connector: str, sample: int, more: Mapping[str, str | list[str]]) -> tuple[Values, dict[str, Upload]]:
    """A sample's answers, validated as the gateway does it."""
    found = registry.find(connector)
    chosen = found.samples[sample]
    checked = validate(found.inputs, {**chosen.answers(date.today()), **chosen.files, **more}, "lv")  # noqa: DTZ011 - the portal counts in local days too
    assert isinstance(checked, Validated), checked
    return checked.values, checked.files
