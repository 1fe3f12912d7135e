"""T41 (G3): another phone's QR while the victim faces the kiosk gets no certificate."""

import pytest

from fakes.faces import FakeCamera
from fakes.gate_world import WALLET_POLICY, GateWorld
from fakes.rider_world import MemoryRecords, make_authenticator
from faregate.consent.wallet import Wallet
from faregate.enrolment.kiosk import CodeAnswer, EnrolmentRefused, KioskReason, SealedReply

VICTIM = 1


@pytest.fixture
def attacker() -> Wallet:
    """Give a wallet that is not the victim's."""
    wallet = Wallet(
        WALLET_POLICY, authenticator=make_authenticator("attacker"), records=MemoryRecords()
    )
    wallet.set_up()
    return wallet


@pytest.fixture
def camera(world: GateWorld) -> FakeCamera:
    """Give the kiosk's camera, with the victim in front of it."""
    camera = FakeCamera(world.log_world.clock)
    camera.show(VICTIM)
    return camera


def test_t41_g3_the_victim_sees_another_code(
    world: GateWorld, attacker: Wallet, camera: FakeCamera
) -> None:
    """The victim compares the kiosk's code with their own phone's, and nobody is looked at."""
    victims_code = "000000"
    offer = attacker.offer()
    assert attacker.code != victims_code

    def compare(code: str) -> CodeAnswer:
        return CodeAnswer.SAME if code == victims_code else CodeAnswer.DIFFERENT

    refused = world.kiosk.enrol(
        offer, camera=camera, confirm_code=compare, prompt=lambda _prompt: None
    )
    assert refused == EnrolmentRefused(KioskReason.CODE_NOT_CONFIRMED)
    assert camera.openings == 0
    assert world.faces.given == []


def test_t41_twin_a_kiosk_that_does_not_ask(
    world: GateWorld, attacker: Wallet, camera: FakeCamera
) -> None:
    """Were the code not compared, the attacker's wallet would get the victim's certificate."""
    reply = world.kiosk.enrol(
        attacker.offer(),
        camera=camera,
        confirm_code=lambda _code: CodeAnswer.SAME,
        prompt=lambda _prompt: None,
    )
    assert isinstance(reply, SealedReply)
    certificate = attacker.accept_capture(reply.sealed, trust=world.trust)
    assert certificate.document.captured_at == "kiosk"
