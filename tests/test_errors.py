"""Errors that a person may see: what they say stays whole, wherever they come from."""

import pickle

import pytest

from faregate.errors import (
    ConfigurationError,
    FaregateError,
    InvalidInputError,
    MachineError,
    VerificationError,
)


@pytest.mark.parametrize(
    "kind", [ConfigurationError, MachineError, InvalidInputError, VerificationError]
)
def test_comes_back_whole_from_a_worker_process(kind: type[FaregateError]) -> None:
    """Kind, code, message and remedy are those that were raised."""
    error = kind("disk_full", "The disk is full.", remedy="Make room.")
    back = pickle.loads(pickle.dumps(error))  # noqa: S301 - bytes made here
    assert type(back) is kind
    assert (back.code, back.message, back.remedy) == (error.code, error.message, error.remedy)
    assert str(back) == "The disk is full. Make room. [disk_full]"
