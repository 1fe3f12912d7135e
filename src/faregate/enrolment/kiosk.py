"""The kiosk, a notary of faces (protocol.md, message 2): it sees, signs, seals and forgets."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from faregate.clock import Clock
from faregate.consent.capture_reply import confirmation_code, seal_capture_reply
from faregate.consent.certificate import SALT_SIZE, template_commitment, utc_day
from faregate.consent.locked import LockedBuffer, fill_random
from faregate.errors import VerificationError
from faregate.face.capture import CaptureReason, CaptureRejected, FaceCapture
from faregate.face.challenge import (
    Challenge,
    ChallengePolicy,
    OnPrompt,
    RandBelow,
    draw_challenge,
)
from faregate.face.liveness import Liveness, independent_witnesses
from faregate.ids import DeploymentId, KioskId
from faregate.video.frame import Frame
from faregate.video.source import FrameSource
from faregate.wire.canonical import b64
from faregate.wire.document import sign
from faregate.wire.messages import CaptureCertificate, EnrolmentOffer, SignedCaptureCertificate


class CodeAnswer(StrEnum):
    """What the rider says about the two codes, at the kiosk."""

    SAME = "same"
    DIFFERENT = "different"  # another phone's offer was read, or nobody answered


class KioskReason(StrEnum):
    """Why a kiosk makes no certificate, beside the `CaptureReason`s."""

    CODE_NOT_CONFIRMED = "code_not_confirmed"
    OFFER_KEY = "offer_key"  # nothing can be sealed to the wallet's session key


@dataclass(frozen=True, slots=True)
class SealedReply:
    """Salt, template and certificate, sealed to the wallet; `box` is where it waits for them."""

    box: str
    sealed: bytes


@dataclass(frozen=True, slots=True)
class EnrolmentRefused:
    """No certificate, and why. Nothing of the person is kept, and nothing was sent."""

    reason: KioskReason | CaptureReason


class Enroller(Protocol):
    """The part of `face.pipeline.FacePipeline` that a kiosk uses."""

    def enrol(
        self, frames: Iterable[Frame], *, challenge: Challenge, prompt: OnPrompt
    ) -> FaceCapture | CaptureRejected:
        """Make a reference from live frames of one person who does as prompted.

        The caller wipes it.
        """


class Kiosk:
    """One kiosk. It keeps its signing key, and a rider's template for the seconds of a session.

    `randbelow` is a source that nobody can foresee: `secrets.randbelow`.
    """

    def __init__(
        self,
        *,
        deployment: DeploymentId,
        kiosk: KioskId,
        key: Ed25519PrivateKey,
        faces: Enroller,
        clock: Clock,
        randbelow: RandBelow,
        challenge_policy: ChallengePolicy,
    ) -> None:
        self._deployment = deployment
        self._kiosk = kiosk
        self._key = key
        self._faces = faces
        self._clock = clock
        self._randbelow = randbelow
        self._challenge_policy = challenge_policy

    def enrol(
        self,
        offer: EnrolmentOffer,
        *,
        camera: FrameSource,
        confirm_code: Callable[[str], CodeAnswer],
        prompt: OnPrompt,
    ) -> SealedReply | EnrolmentRefused:
        """Hold one session with one rider.

        `confirm_code` shows the code and waits for the rider to compare it with the wallet's;
        `prompt` shows what the rider is to do next.
        Raises what the camera raises; also then nothing is kept.
        """
        # 1. The rider, in front of this kiosk, confirms that this offer is their own wallet's.
        #    The camera is opened only then: a stranger's offer gets no look at anyone.
        if confirm_code(confirmation_code(offer)) is not CodeAnswer.SAME:
            return EnrolmentRefused(KioskReason.CODE_NOT_CONFIRMED)
        # 2. Several frames of one live person, who does what nobody could foresee: drawn now.
        challenge = draw_challenge(self._randbelow, self._challenge_policy)
        with camera:
            capture = self._faces.enrol(camera, challenge=challenge, prompt=prompt)
        if isinstance(capture, CaptureRejected):
            return EnrolmentRefused(capture.reason)
        try:
            return self._notarise(offer, capture)
        finally:
            # 6. Nothing stays.
            capture.wipe()

    def _notarise(
        self, offer: EnrolmentOffer, capture: FaceCapture
    ) -> SealedReply | EnrolmentRefused:
        template = capture.template
        with LockedBuffer(SALT_SIZE + template.dimension) as salted_template:
            # 3. The salted commitment: a certificate tells nobody what the face is like.
            fill_random(salted_template.view[:SALT_SIZE])
            template.quantize_into(salted_template.view[SALT_SIZE:])
            # 4. Bound to the passkey of the offer, and signed.
            document = CaptureCertificate(
                deployment=self._deployment,
                kiosk=self._kiosk,
                captured_at="kiosk",
                model_id=template.model_id,
                tc=b64(template_commitment(salted_template.view)),
                bind=offer.passkey_hash,
                liveness_level=liveness_level(capture.liveness),
                day=utc_day(self._clock.now()),
            )
            certificate = SignedCaptureCertificate(
                document=document, signature=sign(document, self._key)
            )
            # 5. Sealed to the session key of the offer: the relay box learns nothing.
            try:
                sealed = seal_capture_reply(
                    offer=offer, salted_template=salted_template, certificate=certificate
                )
            except VerificationError:
                return EnrolmentRefused(KioskReason.OFFER_KEY)
        return SealedReply(offer.reply_box, sealed)


def liveness_level(liveness: Liveness) -> int:
    """Give how many independent kinds of evidence for a living head were asked, and agreed.

    1 is depth by motion alone, as with any camera and pack; a passive network, a challenge, a
    depth and an infrared camera add one each. What can only refuse (moire, lost detail, moving
    light, a surround that moves, frames that disagree) adds none. A level says how much was
    looked at, not how sure it is: a print bent well agrees by its depth too.
    """
    return independent_witnesses(liveness)
