"""The kiosk: a certificate for a live person who confirmed the code, and nothing kept."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fakes.faces import DIMENSION, LIVE, MODEL, NOBODY, PRINT, FakeCamera, FakeFaces, template_of
from faregate.clock import ManualClock
from faregate.consent.capture_reply import (
    REPLY_SIZE,
    CaptureReply,
    confirmation_code,
    open_capture_reply,
)
from faregate.consent.certificate import (
    NOT_YET_LOGGED,
    SALT_SIZE,
    template_commitment,
    verify_certificate,
)
from faregate.consent.hpke import Recipient
from faregate.consent.trust import Trust
from faregate.enrolment.kiosk import (
    CodeAnswer,
    EnrolmentRefused,
    Kiosk,
    KioskReason,
    SealedReply,
    liveness_level,
)
from faregate.errors import MachineError, VerificationError
from faregate.face.capture import CaptureReason
from faregate.face.liveness import Cue, CueKind, Liveness
from faregate.face.template import FaceTemplate
from faregate.ids import DeploymentId, KioskId
from faregate.wire.canonical import b64, sha256
from faregate.wire.messages import EnrolmentOffer, TrustedKey, TrustFile

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
DAY = "2026-03-04"
ADA = 1
PASSKEY = b"the COSE public key of Ada's passkey"


class Desk:
    """A kiosk, its camera, and the wallet of whoever stands in front of it."""

    def __init__(self) -> None:
        """Set up a kiosk that is in the trust file."""
        self.clock = ManualClock(NOON)
        self.key = Ed25519PrivateKey.generate()
        self.faces = FakeFaces()
        self.camera = FakeCamera(self.clock)
        self.kiosk = Kiosk(
            deployment=DeploymentId("harbour"),
            kiosk=KioskId("kiosk-1"),
            key=self.key,
            faces=self.faces,
            clock=self.clock,
        )
        self.session = Recipient.generate()
        self.offer = EnrolmentOffer(
            session_pk=b64(self.session.public_bytes),
            passkey_hash=b64(sha256(PASSKEY)),
            reply_box=b64(bytes(16)),
        )
        self.shown: list[str] = []
        self.answer = CodeAnswer.SAME

    def confirm(self, code: str) -> CodeAnswer:
        """Show the code to the rider."""
        self.shown.append(code)
        return self.answer

    def enrol(self) -> SealedReply | EnrolmentRefused:
        """Hold a session."""
        return self.kiosk.enrol(self.offer, camera=self.camera, confirm_code=self.confirm)

    def trust(self) -> Trust:
        """Give a trust file that names this kiosk."""
        return Trust(
            TrustFile(
                deployment="harbour",
                version=1,
                prev_hash=b64(bytes(32)),
                expires=2**37,
                root_threshold=1,
                witness_threshold=1,
                roles=[
                    TrustedKey(
                        role="kiosk",
                        name="kiosk-1",
                        key=b64(self.key.public_key().public_bytes_raw()),
                        not_before=DAY,
                        not_after=DAY,
                    )
                ],
            )
        )

    def open(self, reply: SealedReply) -> CaptureReply:
        """Open the reply as the wallet does."""
        return open_capture_reply(
            reply.sealed, session=self.session, deployment="harbour", reply_box=reply.box
        )


@pytest.fixture
def desk() -> Desk:
    """Set up a desk with Ada in front of it."""
    desk = Desk()
    desk.camera.show(ADA)
    return desk


def test_certifies_a_live_person_and_seals_the_template_to_the_wallet(desk: Desk) -> None:
    """The wallet gets salt, T and a certificate that holds for exactly them and its passkey."""
    reply = desk.enrol()
    assert isinstance(reply, SealedReply)
    assert len(reply.sealed) == REPLY_SIZE
    opened = desk.open(reply)
    view = opened.salted_template.view
    verified = verify_certificate(
        opened.certificate,
        trust=desk.trust(),
        expected_deployment="harbour",
        expected_passkey=PASSKEY,
        expected_tc=template_commitment(view),
        expected_model_id=MODEL,
        consent_index=NOT_YET_LOGGED,
    )
    assert (verified.document.captured_at, verified.document.liveness_level) == ("kiosk", 1)
    template = FaceTemplate.from_quantized(MODEL, view[SALT_SIZE:])
    assert template.similarity(template_of(ADA)) > 0.99
    assert len(view) == SALT_SIZE + DIMENSION


def test_keeps_nothing(desk: Desk) -> None:
    """After the session no template is left in the kiosk, and its camera is closed."""
    desk.enrol()
    assert desk.faces.given
    assert desk.faces.all_wiped()
    assert not desk.camera.is_open


def test_the_same_face_twice_gives_unlinkable_certificates(desk: Desk) -> None:
    """The salt is fresh: two certificates of one rider have nothing in common."""
    replies = [desk.enrol(), desk.enrol()]
    commitments = {
        desk.open(reply).certificate.document.tc
        for reply in replies
        if isinstance(reply, SealedReply)
    }
    assert len(commitments) == 2


def test_shows_the_code_of_the_offer_before_it_looks(desk: Desk) -> None:
    """Without the rider's word that the codes agree, the camera stays closed."""
    desk.answer = CodeAnswer.DIFFERENT
    assert desk.enrol() == EnrolmentRefused(KioskReason.CODE_NOT_CONFIRMED)
    assert desk.shown == [confirmation_code(desk.offer)]
    assert desk.camera.openings == 0


@pytest.mark.parametrize(
    ("person", "live", "reason"),
    [(NOBODY, LIVE, CaptureReason.NOBODY), (ADA, PRINT, CaptureReason.NOT_LIVE)],
    ids=["nobody", "a print"],
)
def test_refuses_what_is_no_live_person(
    desk: Desk, person: int, live: int, reason: CaptureReason
) -> None:
    """A capture that failed gives its reason, and no reply."""
    desk.camera.show(person, live=live)
    assert desk.enrol() == EnrolmentRefused(reason)
    assert desk.faces.all_wiped()


def test_refuses_an_offer_that_nothing_can_be_sealed_to(desk: Desk) -> None:
    """A session key of low order would let everyone read the reply."""
    desk.offer = desk.offer.model_copy(update={"session_pk": b64(bytes(32))})
    assert desk.enrol() == EnrolmentRefused(KioskReason.OFFER_KEY)
    assert desk.faces.all_wiped()


def test_another_wallet_cannot_open_the_reply(desk: Desk) -> None:
    """The reply opens with the session key of the offer, at its own box, only."""
    reply = desk.enrol()
    assert isinstance(reply, SealedReply)
    desk.session = Recipient.generate()
    with pytest.raises(VerificationError, match="does not open"):
        desk.open(reply)


def test_a_lost_camera_leaves_nothing(desk: Desk) -> None:
    """When the camera fails in the middle, the error is told and the camera closed."""
    desk.camera.lost = True
    with pytest.raises(MachineError):
        desk.enrol()
    assert not desk.camera.is_open


def test_the_certificate_names_the_utc_day(desk: Desk) -> None:
    """Days in documents are UTC days, whatever the kiosk's zone."""
    desk.clock.advance(timedelta(hours=12))
    reply = desk.enrol()
    assert isinstance(reply, SealedReply)
    assert desk.open(reply).certificate.document.day == "2026-03-05"


@pytest.mark.parametrize(
    ("cues", "level"),
    [
        ([], 0),
        ([Cue(kind=CueKind.PARALLAX, score=0.9, judged=True, measure=0.0)], 1),
        ([Cue(kind=CueKind.PARALLAX, score=0.9, judged=False, measure=0.0)], 0),
        (
            [
                Cue(kind=CueKind.PARALLAX, score=0.9, judged=True, measure=0.0),
                Cue(kind=CueKind.PASSIVE, score=0.5, judged=True, measure=0.0),
            ],
            2,
        ),
        (
            [
                Cue(kind=CueKind.PARALLAX, score=0.9, judged=True, measure=0.0),
                Cue(kind=CueKind.PASSIVE, score=0.4, judged=True, measure=0.0),
            ],
            1,
        ),
    ],
)
def test_liveness_level_counts_the_cues_that_speak_for_life(cues: list[Cue], level: int) -> None:
    """What was not judged never counts as a sign of life."""
    assert liveness_level(Liveness(0.9, tuple(cues))) == level
