"""Admission: one good lease, spoiled one way at a time; whoever is refused leaves nothing."""

import gc
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from fakes.faces import DIMENSION, MODEL, template_of
from fakes.gate_world import TERMS, GateWorld
from faregate.consent.locked import LockedBuffer
from faregate.consent.stop import stop_hash
from faregate.errors import MachineError
from faregate.face.template import FaceTemplate
from faregate.gate.admission import (
    AdmissionRefusal,
    AdmissionTerms,
    Admitted,
    LeaseRefused,
    LeaseUnopened,
    LineMemory,
    admit,
)
from faregate.gate.decision import LeaseMode
from faregate.ids import LeaseId, LineId, ModelId

ADA = 1
Outcome = Admitted | LeaseRefused | LeaseUnopened


class Desk:
    """One good lease of Ada's, and what the line knows when it arrives."""

    def __init__(self, world: GateWorld) -> None:
        """Enrol her and let her tap Travel."""
        self.world = world
        self.ada = world.enrol(ADA)
        world.advance(timedelta(seconds=5))  # the log is older than the lease
        self.sealed = world.lease(self.ada, uses=2).sealed
        self.terms = TERMS
        self.trust = world.trust
        self.later = timedelta()
        self.memory = LineMemory(
            keys={one.epoch: one.recipient for one in world.line._epochs.live},
            seen=(),
            stopped=(),
            withdrawn=(),
            withdrawals_fresh=True,
            present={},
            full=False,
            uses_spent=lambda _: 0,
        )

    @property
    def lease_id(self) -> LeaseId:
        """The id of the lease."""
        return LeaseId(self.ada.wallet._running_lease.header.lease_id)

    def know(self, **changes: object) -> None:
        """Change what the line knows."""
        self.memory = replace(self.memory, **changes)  # type: ignore[arg-type]  # a table of fields

    def admit(self) -> Outcome:
        """Hand in the lease."""
        return admit(
            self.sealed,
            terms=self.terms,
            trust=self.trust,
            memory=self.memory,
            now=self.world.log_world.now + self.later,
        )


@pytest.fixture
def desk(world: GateWorld) -> Desk:
    """Give the good lease."""
    return Desk(world)


def test_admits_a_good_lease(desk: Desk) -> None:
    """Every step holds: the template is the one that the kiosk saw, in locked memory."""
    outcome = desk.admit()
    assert isinstance(outcome, Admitted)
    lease = outcome.lease
    assert lease.consent_id == desk.ada.consent_id
    assert (lease.mode, lease.uses, lease.uses_spent) == (LeaseMode.WINDOW, 2, 0)
    assert lease.not_after - lease.not_before == timedelta(hours=1)
    assert lease.stop_hash == stop_hash(desk.ada.wallet.stop())
    template = FaceTemplate.from_quantized(MODEL, lease.template.view)
    assert template.similarity(template_of(ADA)) > 0.99
    assert outcome.reply_to.lease_id == lease.lease_id


def _truncate(desk: Desk) -> None:
    desk.sealed = desk.sealed[:-1]


def _flip(desk: Desk) -> None:
    desk.sealed = desk.sealed[:-1] + bytes([desk.sealed[-1] ^ 1])


def _lose_keys(desk: Desk) -> None:
    desk.know(keys={})


def _other_line(desk: Desk) -> None:
    desk.terms = replace(TERMS, line=LineId("harbour-2"))


@pytest.mark.parametrize(
    "spoil",
    [_truncate, _flip, _lose_keys, _other_line],
    ids=["cut short", "changed", "epoch over", "for another line"],
)
def test_what_does_not_open_is_nobodys(desk: Desk, spoil: Callable[[Desk], None]) -> None:
    """Junk leaves no trace: there is nobody to answer."""
    spoil(desk)
    assert desk.admit() == LeaseUnopened()


def _windows_off(terms: AdmissionTerms) -> AdmissionTerms:
    return replace(terms, modes=())


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        (_windows_off(TERMS), "lease_mode"),
        (replace(TERMS, rp_id="other.localhost"), "assertion_rp_id"),
        (replace(TERMS, wallet_origin="https://other.localhost"), "assertion_origin"),
        (replace(TERMS, model_id=ModelId("other/1")), "certificate_model"),
        (replace(TERMS, dimension=DIMENSION + 1), "template_form"),
    ],
    ids=["mode", "rp id", "origin", "model", "dimension"],
)
def test_refuses_what_is_not_proven(desk: Desk, terms: AdmissionTerms, code: str) -> None:
    """Each proof that fails gives its own code, and its wallet is told."""
    desk.terms = terms
    outcome = desk.admit()
    assert isinstance(outcome, LeaseRefused)
    assert (outcome.reason, outcome.code) == (AdmissionRefusal.NOT_PROVEN, code)
    assert outcome.reply_to.ack_key


def _early(desk: Desk) -> None:
    desk.later = timedelta(seconds=-1)


def _replayed(desk: Desk) -> None:
    desk.know(seen={desk.lease_id})


def _stopped(desk: Desk) -> None:
    desk.know(stopped={stop_hash(desk.ada.wallet.stop())})


def _withdrawn(desk: Desk) -> None:
    desk.know(withdrawn={desk.ada.consent_id})


def _stale(desk: Desk) -> None:
    desk.know(withdrawals_fresh=False)


def _spent(desk: Desk) -> None:
    desk.know(uses_spent=lambda _: 2)


def _superseded(desk: Desk) -> None:
    desk.know(present={desk.ada.consent_id: desk.world.log_world.now + timedelta(hours=1)})


def _full(desk: Desk) -> None:
    desk.know(full=True)


SPOILS = [_early, _replayed, _stopped, _withdrawn, _stale, _spent, _superseded, _full]
REFUSALS = [
    AdmissionRefusal.NOT_YET_VALID,
    AdmissionRefusal.REPLAYED,
    AdmissionRefusal.STOPPED,
    AdmissionRefusal.WITHDRAWN,
    AdmissionRefusal.LIST_STALE,
    AdmissionRefusal.NO_USES_LEFT,
    AdmissionRefusal.SUPERSEDED,
    AdmissionRefusal.LINE_FULL,
]


@pytest.mark.parametrize(("spoil", "reason"), list(zip(SPOILS, REFUSALS, strict=True)))
def test_refuses_what_only_the_line_knows(
    desk: Desk, spoil: Callable[[Desk], None], reason: AdmissionRefusal
) -> None:
    """Each single fact refuses, with its own reason."""
    spoil(desk)
    outcome = desk.admit()
    assert isinstance(outcome, LeaseRefused)
    assert (outcome.reason, outcome.code) == (reason, reason.value)


@pytest.mark.parametrize("mended", range(1, len(REFUSALS)))
def test_checks_have_one_order(desk: Desk, mended: int) -> None:
    """With several facts against a lease, the first of the order is given."""
    for spoil in SPOILS[mended:]:
        spoil(desk)
    outcome = desk.admit()
    assert isinstance(outcome, LeaseRefused)
    assert outcome.reason is REFUSALS[mended]


def test_an_expired_lease_is_refused(desk: Desk) -> None:
    """At not_after a lease is over, to the second."""
    desk.later = timedelta(hours=1, seconds=-1)
    assert isinstance(desk.admit(), Admitted)
    desk.later = timedelta(hours=1)
    outcome = desk.admit()
    assert isinstance(outcome, LeaseRefused)
    assert outcome.code == "lease_expired"


def test_uses_spent_before_a_restart_count(desk: Desk) -> None:
    """A lease that was used once has one use less."""
    desk.know(uses_spent=lambda _: 1)
    outcome = desk.admit()
    assert isinstance(outcome, Admitted)
    assert outcome.lease.uses_spent == 1


@pytest.fixture
def made(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> list[LockedBuffer]:
    """Give all locked memory that is used from now on."""
    del desk  # made before
    buffers: list[LockedBuffer] = []
    init = LockedBuffer.__init__

    def watched(buffer: LockedBuffer, size: int) -> None:
        init(buffer, size)
        buffers.append(buffer)

    monkeypatch.setattr(LockedBuffer, "__init__", watched)
    return buffers


@pytest.mark.parametrize("good_readings", [0, 1])
def test_a_disk_that_fails_leaves_no_key_and_no_template(
    desk: Desk, made: list[LockedBuffer], good_readings: int
) -> None:
    """Whenever the disk fails: there is a template in the clear for an admitted lease alone."""
    readings = iter([0] * good_readings)

    def fail(_lease_id: LeaseId) -> int:
        for reading in readings:
            return reading
        raise MachineError("outbox_unusable", "It fails.", remedy="Mend it.")

    desk.know(uses_spent=fail)
    try:
        outcome = desk.admit()
    except MachineError:
        assert good_readings == 0
    else:
        assert isinstance(outcome, Admitted)
        outcome.lease.template.wipe()
    assert made
    assert all(not any(buffer.view) for buffer in made)


def test_a_refused_lease_leaves_no_key_and_no_template(
    desk: Desk, made: list[LockedBuffer]
) -> None:
    """All locked memory that a refused lease needed is zero afterwards."""
    desk.terms = replace(TERMS, dimension=DIMENSION + 1)
    assert isinstance(desk.admit(), LeaseRefused)
    gc.collect()
    assert len(made) >= 3  # plaintext, K_L, T
    assert all(not any(buffer.view) for buffer in made)
