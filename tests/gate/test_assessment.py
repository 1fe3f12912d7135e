"""Windows only where they were assessed; evidence only where nobody is real."""

import pytest

from faregate.errors import ConfigurationError
from faregate.gate.assessment import DeploymentLevel, window_modes
from faregate.gate.decision import Answer, GateEvidence, GatePolicy
from faregate.gate.unsafe import UnsafeEvidenceObserver, UnsafeEvidenceWarning


def forget(_evidence: GateEvidence, _policy: GatePolicy, _answer: Answer) -> None:
    """Take no note."""


def test_windows_are_off_until_assessed() -> None:
    """No assessment, no windows: at any level."""
    assert [window_modes("", level=level) for level in DeploymentLevel] == [(), (), ()]


def test_the_demo_may_call_itself_assessed() -> None:
    """Only the demo, and only by that name."""
    assert window_modes("demo", level=DeploymentLevel.P0) == ("window",)
    for assessment, level in (("demo", DeploymentLevel.P1), ("signed", DeploymentLevel.P0)):
        with pytest.raises(ConfigurationError):
            window_modes(assessment, level=level)


def test_evidence_is_observed_in_demos_only() -> None:
    """Outside a demo nobody sees scores; inside it the observer warns."""
    for level in (DeploymentLevel.P1, DeploymentLevel.P2):
        with pytest.raises(ConfigurationError):
            UnsafeEvidenceObserver(forget, level=level)
    with pytest.warns(UnsafeEvidenceWarning):
        UnsafeEvidenceObserver(forget, level=DeploymentLevel.P0)
