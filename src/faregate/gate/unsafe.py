"""UNSAFE: a look at the evidence of decisions, scores and riders included. For the demo alone."""

import warnings
from collections.abc import Callable

from faregate.errors import ConfigurationError
from faregate.gate.assessment import DeploymentLevel
from faregate.gate.decision import Answer, GateEvidence, GatePolicy

OnEvidence = Callable[[GateEvidence, GatePolicy, Answer], None]


class UnsafeEvidenceWarning(UserWarning):
    """Somebody sees whom a face was compared with, and how like it was."""


class UnsafeEvidenceObserver:
    """Tells `on_evidence` each decision with all that it rests on; warns when it is made.

    Raises `ConfigurationError` for any deployment that is not a demo.
    """

    def __init__(self, on_evidence: OnEvidence, *, level: DeploymentLevel) -> None:
        if level is not DeploymentLevel.P0:
            raise ConfigurationError(
                "unsafe_evidence_observer",
                "Evidence of decisions is shown in demos only.",
                remedy="Count lane events instead: they name nobody.",
            )
        warnings.warn(
            "the evidence of this line's decisions is observed", UnsafeEvidenceWarning, stacklevel=2
        )
        self._on_evidence = on_evidence

    def observe(self, evidence: GateEvidence, policy: GatePolicy, answer: Answer) -> None:
        """Tell one decision."""
        self._on_evidence(evidence, policy, answer)
