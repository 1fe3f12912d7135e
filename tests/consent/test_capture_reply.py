"""The code that two screens show, and the reply that one wallet can open."""

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.log_world import DEPLOYMENT, KIOSK_KEY
from faregate.consent.capture_reply import (
    REPLY_SIZE,
    confirmation_code,
    open_capture_reply,
    seal_capture_reply,
)
from faregate.consent.certificate import template_commitment
from faregate.consent.hpke import OVERHEAD, Recipient, capture_reply_info, seal
from faregate.consent.locked import LockedBuffer
from faregate.errors import VerificationError
from faregate.wire.canonical import b64, pack_frames, pad, sha256
from faregate.wire.document import sign
from faregate.wire.messages import CaptureCertificate, EnrolmentOffer, SignedCaptureCertificate

SALTED: Final = bytes([9]) * 32 + bytes(range(128))
SESSION: Final = Recipient.generate()
OFFER: Final = EnrolmentOffer(
    session_pk=b64(SESSION.public_bytes),
    passkey_hash=b64(bytes([1]) * 32),
    reply_box=b64(bytes([2]) * 16),
)
DOCUMENT: Final = CaptureCertificate(
    deployment=DEPLOYMENT,
    kiosk="kiosk-1",
    captured_at="kiosk",
    model_id="pip-offline/dlib-128",
    tc=b64(template_commitment(memoryview(SALTED))),
    bind=OFFER.passkey_hash,
    liveness_level=1,
    day="2026-03-02",
)
CERTIFICATE: Final = SignedCaptureCertificate(
    document=DOCUMENT, signature=sign(DOCUMENT, KIOSK_KEY)
)


@given(
    session=st.binary(min_size=32, max_size=32),
    passkey=st.binary(min_size=32, max_size=32),
    box=st.binary(min_size=16, max_size=16),
)
def test_the_code_is_the_protocols(session: bytes, passkey: bytes, box: bytes) -> None:
    """Six digits of the hash over everything that another phone would have to match (T41)."""
    offer = EnrolmentOffer(session_pk=b64(session), passkey_hash=b64(passkey), reply_box=b64(box))
    digest = sha256(b"faregate/v1/code\n", session, passkey, box)
    expected = int.from_bytes(digest[:4], "big") % 1_000_000
    assert confirmation_code(offer) == f"{expected:06d}"


def test_the_reply_reads_back_and_has_one_size() -> None:
    """Salt, template and certificate, in that order, whatever the template's length."""
    for salted in (SALTED, SALTED + bytes(384)):
        sealed = seal_capture_reply(
            offer=OFFER, salted_template=LockedBuffer.copy_of(salted), certificate=CERTIFICATE
        )
        assert len(sealed) == REPLY_SIZE
        reply = open_capture_reply(
            sealed, session=SESSION, deployment=DEPLOYMENT, reply_box=OFFER.reply_box
        )
        assert bytes(reply.salted_template.view) == salted
        assert reply.certificate == CERTIFICATE
        assert "salted" not in repr(reply)


def _reply(*parts: bytes) -> bytes:
    info = capture_reply_info(deployment=DEPLOYMENT, reply_box=OFFER.reply_box)
    plaintext = pad(pack_frames(*parts), size=REPLY_SIZE - OVERHEAD)
    return seal(plaintext, SESSION.public_bytes, info)


def test_a_reply_of_another_session_or_form_is_refused() -> None:
    """Another key, box or deployment, or parts that are none."""
    good = _reply(SALTED[:32], SALTED[32:], CERTIFICATE.jcs())
    other = Recipient.generate()
    here = (SESSION, DEPLOYMENT, OFFER.reply_box)
    cases = {
        "key": (good, (other, DEPLOYMENT, OFFER.reply_box)),
        "deployment": (good, (SESSION, "harbour-town", OFFER.reply_box)),
        "box": (good, (SESSION, DEPLOYMENT, b64(bytes(16)))),
        "short": (good[:-1], here),
        "salt": (_reply(SALTED[:31], SALTED[32:], CERTIFICATE.jcs()), here),
        "no template": (_reply(SALTED[:32], b"", CERTIFICATE.jcs()), here),
        "long template": (_reply(SALTED[:32], bytes(513), CERTIFICATE.jcs()), here),
        "certificate": (_reply(SALTED[:32], SALTED[32:], b"{}"), here),
        "parts": (_reply(SALTED), here),
    }
    codes = {}
    for name, (sealed, (session, deployment, box)) in cases.items():
        with pytest.raises(VerificationError) as refused:
            open_capture_reply(sealed, session=session, deployment=deployment, reply_box=box)
        codes[name] = refused.value.code
    assert codes == dict.fromkeys(("key", "deployment", "box", "short"), "hpke") | dict.fromkeys(
        ("salt", "no template", "long template", "certificate", "parts"), "capture_reply"
    )
