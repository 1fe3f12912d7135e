"""What charging refuses to be set up with."""

from dataclasses import replace

import pytest

from fakes.charging_world import POLICY
from fakes.gate_network import cap
from faregate.errors import InvalidInputError


def test_refuses_caps() -> None:
    """A cap that the day close would not apply is not promised to anybody."""
    with pytest.raises(InvalidInputError) as error:
        replace(POLICY, tariff=replace(POLICY.tariff, caps=(cap("day", 600),)))
    assert error.value.code == "caps_not_booked"
