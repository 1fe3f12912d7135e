"""Errors that a person may see: what is wrong, and what to do about it."""

from collections.abc import Callable
from functools import partial
from typing import ClassVar, Self


class FaregateError(Exception):
    """A broken environment, bad input or failed verification, told so that it can be mended.

    `code` is stable and machine-readable; `remedy` says what to do next.
    The command line prints both on one line and exits with `exit_code`.
    """

    exit_code: ClassVar[int] = 2

    def __init__(self, code: str, message: str, *, remedy: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy} [{self.code}]"

    def __reduce__(self) -> tuple[Callable[[], Self], tuple[()]]:
        """Let it come back from a worker process: by default, pickling drops the remedy."""
        return partial(type(self), self.code, self.message, remedy=self.remedy), ()


class ConfigurationError(FaregateError):
    """A setting that is unknown, missing or out of range."""


class MachineError(FaregateError):
    """The machine lacks something: a camera, a file, a folder that can be written, a free port."""


class InvalidInputError(FaregateError):
    """A file or message from outside that does not hold what it should."""


class VerificationError(FaregateError):
    """Something that was to be proven did not hold. `code` is the step that failed.

    Raised, never returned: a caller that forgets to look at a result must not go on.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        remedy: str = "Refuse it; do not retry with the same bytes.",
    ) -> None:
        super().__init__(code, message, remedy=remedy)
