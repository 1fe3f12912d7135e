"""The riders present: who is found, and when a template is overwritten."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.faces import DIMENSION, MODEL, template_of
from faregate.consent.locked import LockedBuffer
from faregate.errors import VerificationError
from faregate.face.template import FaceTemplate
from faregate.gate.decision import LeaseMode
from faregate.gate.present import PRESENT_MAX, AdmittedLease, PresentRiders
from faregate.ids import ConsentId, EpochId, LeaseId, ModelId

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
ADA, EVE, ZOE = 1, 2, 3


def lease_of(
    person: int,
    *,
    uses: int = 1,
    spent: int = 0,
    mode: LeaseMode = LeaseMode.WINDOW,
    epoch: int = 1,
) -> AdmittedLease:
    """Make an admitted lease with its template in locked memory."""
    template = LockedBuffer(DIMENSION)
    template_of(person).quantize_into(template.view)
    return AdmittedLease(
        lease_id=LeaseId(f"lease-{person}"),
        consent_id=ConsentId(f"consent-{person}"),
        epoch=EpochId(epoch),
        mode=mode,
        not_before=NOON,
        not_after=NOON + timedelta(hours=1),
        uses=uses,
        uses_spent=spent,
        stop_hash=bytes([person]) * 32,
        template=template,
    )


def wiped(lease: AdmittedLease) -> bool:
    """Whether the template is overwritten."""
    return not any(lease.template.view)


@pytest.fixture
def present() -> PresentRiders:
    """Give a line with nobody present."""
    return PresentRiders(model_id=MODEL, dimension=DIMENSION)


def test_finds_the_nearest_of_those_present(present: PresentRiders) -> None:
    """Everyone present is compared, best first, with what a decision needs to know of them."""
    for person in (ADA, EVE, ZOE):
        present.add(lease_of(person, uses=3, spent=1))
    candidates = present.nearest(template_of(EVE))
    assert [len(candidates), candidates[0].consent_id] == [3, "consent-2"]
    assert [one.similarity for one in candidates] == sorted(
        (one.similarity for one in candidates), reverse=True
    )
    best = candidates[0]
    assert best.similarity > 0.99
    assert (best.uses_left, best.stop_hash, best.mode) == (2, bytes([2]) * 32, LeaseMode.WINDOW)
    assert (best.not_before, best.not_after) == (NOON, NOON + timedelta(hours=1))


def test_finds_nobody_where_nobody_is(present: PresentRiders) -> None:
    """The only source is who was admitted here."""
    assert present.nearest(template_of(ADA)) == ()


@given(person=st.integers(1, 255), other=st.integers(1, 255))
def test_compares_as_templates_do(person: int, other: int) -> None:
    """The comparison in locked memory is the cosine of the opened template."""
    present = PresentRiders(model_id=MODEL, dimension=DIMENSION)
    lease = lease_of(person)
    expected = FaceTemplate.from_quantized(MODEL, lease.template.view)
    present.add(lease)
    probe = template_of(other)
    (candidate,) = present.nearest(probe)
    assert candidate.similarity == pytest.approx(probe.similarity(expected), abs=1e-5)


def test_leaves_no_copy_of_a_template_behind(present: PresentRiders) -> None:
    """What a comparison spreads out is overwritten; the probe stays its caller's."""
    present.add(lease_of(ADA))
    probe = template_of(ADA)
    present.nearest(probe)
    assert not any(present._scratch.view)
    assert probe.vector.any()


def test_refuses_a_probe_of_another_model(present: PresentRiders) -> None:
    """Cosines between models mean nothing."""
    vector = np.zeros(DIMENSION, dtype=np.float32)
    vector[0] = 1.0
    with pytest.raises(ValueError, match="cannot compare"):
        present.nearest(FaceTemplate(ModelId("other/1"), vector))


def test_refuses_what_admission_lets_no_lease_do(present: PresentRiders) -> None:
    """No lease twice, none without uses, and not more than there is room for."""
    present.add(lease_of(ADA))
    for person in range(2, PRESENT_MAX + 1):
        with pytest.raises(ValueError, match="admission"):
            present.add(lease_of(ADA))
        with pytest.raises(ValueError, match="admission"):
            present.add(lease_of(person, uses=2, spent=2))
        present.add(lease_of(person))
    assert present.full
    with pytest.raises(ValueError, match="admission"):
        present.add(lease_of(PRESENT_MAX + 1))
    assert len(present) == PRESENT_MAX


def test_refuses_what_is_no_template(present: PresentRiders) -> None:
    """Another length, or no direction, is no template of this model."""
    blank = lease_of(ADA)
    blank.template.wipe()
    other = PresentRiders(model_id=MODEL, dimension=DIMENSION + 1)
    for line, lease in ((present, blank), (other, lease_of(ADA))):
        with pytest.raises(VerificationError):
            line.add(lease)
        assert len(line) == 0


def test_the_camera_may_open_while_a_window_is_live(present: PresentRiders) -> None:
    """From not_before to just before not_after, and with nobody present never."""
    assert not present.camera_may_open(NOON)
    present.add(lease_of(ADA))
    second = timedelta(seconds=1)
    instants = [NOON - second, NOON, NOON + timedelta(hours=1) - second, NOON + timedelta(hours=1)]
    assert [present.camera_may_open(at) for at in instants] == [False, True, True, False]


def test_the_last_use_wipes(present: PresentRiders) -> None:
    """Each use counts; with the last one the template is gone."""
    lease = lease_of(ADA, uses=2)
    present.add(lease)
    present.spend(lease.lease_id)
    assert not wiped(lease)
    assert present.nearest(template_of(ADA))[0].uses_left == 1
    present.spend(lease.lease_id)
    assert wiped(lease)
    assert len(present) == 0
    with pytest.raises(KeyError):
        present.spend(lease.lease_id)


WIPES: dict[str, Callable[[PresentRiders], None]] = {
    "end": lambda present: present.expire(NOON + timedelta(hours=1)),
    "stop": lambda present: present.stop({bytes([ADA]) * 32}),
    "withdrawal": lambda present: present.withdraw({ConsentId("consent-1")}),
    "old lists": lambda present: present.close_windows(),
    "epoch end": lambda present: present.keep_epochs({EpochId(2)}),
    "shutdown": lambda present: present.wipe(),
}
SPARES: dict[str, Callable[[PresentRiders], None]] = {
    "not yet": lambda present: present.expire(NOON + timedelta(minutes=59)),
    "another's stop": lambda present: present.stop({bytes([EVE]) * 32}),
    "another's withdrawal": lambda present: present.withdraw({ConsentId("consent-2")}),
    "epoch goes on": lambda present: present.keep_epochs({EpochId(1), EpochId(2)}),
}


@pytest.mark.parametrize("wipe", WIPES.values(), ids=WIPES)
def test_wipes_in_place(present: PresentRiders, wipe: Callable[[PresentRiders], None]) -> None:
    """Each end of a lease overwrites its template, and nobody is present any more."""
    lease = lease_of(ADA)
    present.add(lease)
    wipe(present)
    assert wiped(lease)
    assert len(present) == 0


@pytest.mark.parametrize("spare", SPARES.values(), ids=SPARES)
def test_wipes_nobody_else(present: PresentRiders, spare: Callable[[PresentRiders], None]) -> None:
    """What ends another's lease ends nobody else's."""
    lease = lease_of(ADA)
    present.add(lease)
    spare(present)
    assert not wiped(lease)
    assert len(present) == 1


def test_old_lists_leave_presence_leases_alone(present: PresentRiders) -> None:
    """A presence lease goes on to its end without news (message 6)."""
    lease = lease_of(ADA, mode=LeaseMode.PRESENCE)
    present.add(lease)
    present.close_windows()
    assert not wiped(lease)
