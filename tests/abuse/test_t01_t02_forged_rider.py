"""T01, T02 (G3): nobody is let in by a face without a kiosk's certificate for that very rider."""

import pytest

from fakes.forger import Change, Forgery, believe, forge_rider
from fakes.gate_world import GateWorld, Rider
from fakes.log_world import private_key
from faregate.gate.lane import Ending
from faregate.wire.canonical import b64
from faregate.wire.messages import CaptureCertificate

VICTIM = 1


def _changed(**changes: object) -> Change:
    def change(document: CaptureCertificate) -> CaptureCertificate:
        return document.model_copy(update=changes)

    return change


FORGERIES = [
    pytest.param(
        Forgery(victim=VICTIM, key=private_key(99)), "signing_key", id="T01 no kiosk signed it"
    ),
    pytest.param(
        Forgery(victim=VICTIM, change=_changed(bind=b64(bytes(32)))),
        "certificate_passkey",
        id="T02 of another passkey",
    ),
    pytest.param(
        Forgery(victim=VICTIM, change=_changed(model_id="other/1")),
        "certificate_model",
        id="T02 of another model",
    ),
    pytest.param(
        Forgery(victim=VICTIM, change=_changed(deployment="other-city")),
        "certificate_deployment",
        id="T02 of another deployment",
    ),
]


@pytest.mark.parametrize(("forgery", "code"), FORGERIES)
def test_t01_t02_g3_a_forged_rider_is_refused(
    world: GateWorld, monkeypatch: pytest.MonkeyPatch, forgery: Forgery, code: str
) -> None:
    """A software passkey, a photo and all the office's keys don't open a gate."""
    rider = forge_rider(world, forgery, monkeypatch)
    assert world.travel(rider).status == code
    assert world.line.unlocked == 0
    assert world.make_lane().walk_up(VICTIM) is Ending.CARD_ASKED


@pytest.mark.parametrize(("forgery", "code"), FORGERIES)
def test_t01_t02_twin_without_the_check_the_forger_rides(
    world: GateWorld, monkeypatch: pytest.MonkeyPatch, forgery: Forgery, code: str
) -> None:
    """With the certificate believed, the same bytes open the gate for the victim's face."""
    del code
    monkeypatch.setattr("faregate.consent.verify_lease.verify_certificate", believe)
    rider = forge_rider(world, forgery, monkeypatch)
    assert world.travel(rider).status == "admitted"
    assert world.make_lane().walk_up(VICTIM) is Ending.PASSED


OTHER_TEMPLATE = Forgery(victim=VICTIM, change=_changed(tc=b64(bytes(32))))


def _committed_to_another(_salted: memoryview) -> bytes:
    return bytes(32)


@pytest.fixture
def swapper(world: GateWorld, monkeypatch: pytest.MonkeyPatch) -> Rider:
    """Give a rider whose wallet put another face behind a certificate, and says nothing."""
    commitment = "faregate.consent.sealed_template.template_commitment"
    monkeypatch.setattr(commitment, _committed_to_another)
    return forge_rider(world, OTHER_TEMPLATE, monkeypatch)


def test_t02_g3_a_certificate_of_another_template_is_refused(
    world: GateWorld, swapper: Rider
) -> None:
    """The template that is opened must be the one that was committed to."""
    assert world.travel(swapper).status == "lease_template"
    assert world.make_lane().walk_up(VICTIM) is Ending.CARD_ASKED


def test_t02_twin_without_the_commitment_another_template_rides(
    world: GateWorld, swapper: Rider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the commitment believed, any face can be put behind a certificate."""
    commitment = "faregate.consent.verify_lease.template_commitment"
    monkeypatch.setattr(commitment, _committed_to_another)
    assert world.travel(swapper).status == "admitted"
    assert world.make_lane().walk_up(VICTIM) is Ending.PASSED
