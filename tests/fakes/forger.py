"""An operator who wants somebody at the gate who never stood in front of a kiosk.

The forger has a software passkey, somebody's photo, and a wallet that checks nothing: whatever
certificate is put in front of it, it consents and travels. The gate must do the checking.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from fakes.faces import DIMENSION, MODEL, template_of
from fakes.gate_world import WALLET_POLICY, GateWorld, Rider
from fakes.log_world import DEPLOYMENT, KIOSK_KEY
from fakes.rider_world import MemoryRecords, make_authenticator
from faregate.consent.capture_reply import REPLY_SIZE
from faregate.consent.certificate import (
    SALT_SIZE,
    VerifiedCertificate,
    template_commitment,
    utc_day,
)
from faregate.consent.hpke import OVERHEAD, capture_reply_info, seal
from faregate.consent.locked import LockedBuffer
from faregate.consent.wallet import Wallet
from faregate.wire.canonical import b64, pack_frames, pad, unb64
from faregate.wire.document import sign
from faregate.wire.messages import CaptureCertificate, EnrolmentOffer, SignedCaptureCertificate

Change = Callable[[CaptureCertificate], CaptureCertificate]


def believe(signed: SignedCaptureCertificate, **_expected: object) -> VerifiedCertificate:
    """Take any certificate for proven: the wallet of a forger, and the broken twin of a gate."""
    return VerifiedCertificate(signed.document)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgery:
    """Whose face, under which certificate, signed by whom."""

    victim: int
    change: Change = lambda document: document
    key: Ed25519PrivateKey = KIOSK_KEY


def forge_rider(world: GateWorld, forgery: Forgery, monkeypatch: pytest.MonkeyPatch) -> Rider:
    """Take a forged capture to a logged consent; only the gate is left to notice."""
    wallet = Wallet(
        WALLET_POLICY, authenticator=make_authenticator("forger"), records=MemoryRecords()
    )
    wallet.set_up()
    with monkeypatch.context() as patch:
        patch.setattr("faregate.consent.capture_session.verify_certificate", believe)
        wallet.accept_capture(_forge(world, wallet.offer(), forgery), trust=world.trust)
    submission = wallet.consent(not_after=date(2027, 3, 2), now=world.log_world.now)
    rider = Rider(forgery.victim, wallet, submission)
    world.log_world.log.submit_rider(rider.leaf, now=world.log_world.now)
    world.advance(timedelta(seconds=2))
    world.log_world.log.run_due(now=world.log_world.now)
    return rider


def _forge(world: GateWorld, offer: EnrolmentOffer, forgery: Forgery) -> bytes:
    with LockedBuffer(SALT_SIZE + DIMENSION) as salted:
        template_of(forgery.victim).quantize_into(salted.view[SALT_SIZE:])
        document = forgery.change(
            CaptureCertificate(
                deployment=DEPLOYMENT,
                kiosk="kiosk-1",
                captured_at="kiosk",
                model_id=MODEL,
                tc=b64(template_commitment(salted.view)),
                bind=offer.passkey_hash,
                liveness_level=1,
                day=utc_day(world.log_world.now),
            )
        )
        certificate = SignedCaptureCertificate(
            document=document, signature=sign(document, forgery.key)
        )
        # Sealed for this deployment whatever the certificate says, or the wallet could not open it.
        view = salted.view
        reply = pack_frames(view[:SALT_SIZE], view[SALT_SIZE:], certificate.jcs())
        info = capture_reply_info(deployment=DEPLOYMENT, reply_box=offer.reply_box)
        return seal(pad(reply, size=REPLY_SIZE - OVERHEAD), unb64(offer.session_pk), info)
