"""All that the doctor looks at, in the order in which things depend on each other."""

from collections.abc import Iterator

from gateway.config import Settings
from gateway.doctor import epochs, guards, machine, outside, packages, people, registrations, retention, services
from gateway.doctor.finding import Finding, Look

LOOKS: tuple[Look, ...] = (
    machine.python,
    machine.files,
    services.database,
    guards.records,
    guards.role,
    services.clock,
    services.keys,
    epochs.key_epochs,
    services.log,
    outside.witnesses,
    registrations.registrations,
    people.staff_values,
    retention.retention,
    machine.assets,
    machine.browser,
    machine.isolation,
    packages.connectors,
    services.proxies,
    services.mail,
    services.texts,
)


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at everything, one after another."""
    for look in LOOKS:
        yield look(settings)
