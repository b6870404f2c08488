"""What a job can say of itself."""

from datetime import timedelta
from typing import ClassVar


class JobError(Exception):
    """Root of the errors of this package."""

    code: ClassVar[str] = "job.failed"


class TryLaterError(JobError):
    """The job cannot be done yet, through no fault of its own: it runs again after `wait`, uncounted."""

    code: ClassVar[str] = "job.later"

    def __init__(self, wait: timedelta) -> None:
        """Ask to run again after `wait`."""
        super().__init__(f"runs again in {wait}")
        self.wait = wait


class LeaseLostError(JobError):
    """The job was held up for longer than its lease, and another worker has it now."""

    code: ClassVar[str] = "job.lease_lost"
