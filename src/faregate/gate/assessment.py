"""What a deployment must have shown before a gate holds templates for a whole travel window."""

from enum import StrEnum
from typing import Final

from faregate.errors import ConfigurationError
from faregate.wire.messages import Mode

DEMO_ASSESSMENT: Final = "demo"


class DeploymentLevel(StrEnum):
    """Who holds which keys. Shown to riders; the auditor prints it."""

    P0 = "demo"
    P1 = "one operator runs everything"
    P2 = "kiosk key, wallet origin and witnesses in independent hands"


def window_modes(assessment: str, *, level: DeploymentLevel) -> tuple[Mode, ...]:
    """Give the lease modes that a line takes: windows only where they were assessed.

    `assessment` names the signed data-protection assessment; "" is none. The only one that can be
    checked as yet is the demo's. Raises `ConfigurationError` for any other.
    """
    if not assessment:
        return ()
    if assessment == DEMO_ASSESSMENT and level is DeploymentLevel.P0:
        return ("window",)
    raise ConfigurationError(
        "assessment_unknown",
        f"The assessment {assessment!r} does not hold at this deployment level.",
        remedy="Remove `assessment`: windows stay off, and riders use their card.",
    )
