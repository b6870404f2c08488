"""Why a program was not let in (RFC 6750 section 3.1). No error repeats a key."""

from typing import ClassVar

from gateway.people.access import Scope


class ApiKeyError(Exception):
    """A program was refused."""

    code: ClassVar[str] = "api_key.error"

    @property
    def challenge(self) -> str:
        """The `WWW-Authenticate` of the answer."""
        return 'Bearer realm="pilnvara"'


class ApiKeyMissingError(ApiKeyError):
    """The request has no key."""

    code: ClassVar[str] = "api_key.missing"


class ApiKeyRefusedError(ApiKeyError):
    """The key is none of ours, or it is over."""

    code: ClassVar[str] = "api_key.refused"

    @property
    def challenge(self) -> str:
        """The `WWW-Authenticate` of the answer."""
        return f'{super().challenge}, error="invalid_token"'


class ApiTooOftenError(ApiKeyError):
    """Too many keys from one address were none, or too many requests came with one key.

    Attributes:
        wait: seconds until the next is taken, as `Retry-After` says them (RFC 9110 section 10.2.3).
    """

    code: ClassVar[str] = "api_key.too_many"

    def __init__(self, wait: int) -> None:
        super().__init__(f"come again in {wait} s")
        self.wait = wait


class ApiScopeError(ApiKeyError):
    """The key is good for something else."""

    code: ClassVar[str] = "api_key.scope"

    def __init__(self, scope: Scope) -> None:
        super().__init__(f"the key is not good for {scope.value}")
        self.scope = scope

    @property
    def challenge(self) -> str:
        """The `WWW-Authenticate` of the answer."""
        return f'{super().challenge}, error="insufficient_scope", scope="{self.scope.value}"'
