"""One example of every message document, with the bytes that are signed, hashed and sent.

`scripts/regenerate-goldens` writes them to tests/golden; a test compares. A diff there is a
change of the wire format: v1 has none, a v2 stands beside it.
"""

from collections.abc import Sequence
from typing import Final

from fakes.log_world import (
    DEPLOYMENT,
    FIRST_DAY,
    KIOSK_KEY,
    LAST_DAY,
    LINE_KEY,
    OFFICE_BUNDLE_KEY,
    OFFICE_RECEIPT_KEY,
    ROOT_KEYS,
    raw_public,
)
from faregate.wire.canonical import JsonValue, b64
from faregate.wire.document import Document, SignedType, sign
from faregate.wire.messages import (
    SUITE_X25519_AES256GCM,
    Bundle,
    CaptureCertificate,
    Consent,
    DayClose,
    DenyList,
    DeviceAck,
    EnrolmentOffer,
    GateEpoch,
    LeaseAck,
    LeaseHeader,
    LeaseLine,
    Passage,
    PassageKey,
    Receipt,
    ReceiptBundle,
    Release,
    SealedPassage,
    SignedBundle,
    SignedCaptureCertificate,
    SignedDayClose,
    SignedGateEpoch,
    SignedPassage,
    SignedReceiptBundle,
    SignedRelease,
    SignedTrustFile,
    Stop,
    TrustedKey,
    TrustFile,
    WithdrawalList,
    WithdrawalRequest,
)

DAY: Final = "2026-03-02"
NOON: Final = 1_772_452_800


def _hash(number: int) -> str:
    return b64(bytes([number]) * 32)


def _id(number: int) -> str:
    return b64(bytes([number]) * 16)


EPOCH: Final = GateEpoch(
    deployment=DEPLOYMENT,
    line="harbour-1",
    epoch=7,
    suite=SUITE_X25519_AES256GCM,
    pk=_hash(1),
    not_before=NOON,
    not_after=NOON + 86_400,
    release_digest=_hash(2),
)
CERTIFICATE: Final = CaptureCertificate(
    deployment=DEPLOYMENT,
    kiosk="kiosk-1",
    captured_at="kiosk",
    model_id="pip-offline/dlib-128",
    tc=_hash(3),
    bind=_hash(4),
    liveness_level=1,
    day=DAY,
)
CONSENT: Final = Consent(
    consent_id=_id(1),
    deployment=DEPLOYMENT,
    controller="Verkehrsbetriebe Hafenstadt \u2013 Caf\u00e9 \U0001f687",
    purpose="fare",
    modes=["presence", "window"],
    model_id="pip-offline/dlib-128",
    tc=_hash(3),
    certificate_hash=_hash(5),
    notice_hash=_hash(6),
    lang="de",
    day=DAY,
    not_after="2027-03-02",
    passkey="pQECAyYgASFYIA",
)
LEASE_LINE: Final = LeaseLine(line="harbour-1", epoch=7, pk_hash=_hash(7), steps_hash=_hash(8))
LEASE_HEADER: Final = LeaseHeader(
    lease_id=_id(2),
    deployment=DEPLOYMENT,
    consent_id=_id(1),
    tc=_hash(3),
    mode="window",
    uses=2,
    not_before=NOON,
    not_after=NOON + 3_600,
    stop_hash=_hash(9),
    lines=[LEASE_LINE, LEASE_LINE.model_copy(update={"line": "harbour-2", "epoch": 3})],
)
PASSAGE: Final = Passage(
    device="harbour-1",
    boot=3,
    seq=42,
    line="harbour-1",
    lane="lane-1",
    direction="entry",
    consent_id=_id(1),
    lease_id=_id(2),
    opened_at=NOON,
    outcome="passed",
    concerns="harbour-1/3/41",
)
SEALED_PASSAGE: Final = SealedPassage(
    device="harbour-1", boot=3, seq=42, line="harbour-1", day=DAY, sealed=b64(bytes(48))
)
DEVICE_ACK: Final = DeviceAck(device="harbour-1", boot=3, seq=42)
RECEIPT: Final = Receipt(
    receipt_id=_id(3), place="Harbour \u2192 Market", minute=NOON, fare=275, cap=0
)
RECEIPT_BUNDLE: Final = ReceiptBundle(
    deployment=DEPLOYMENT, day=DAY, currency="EUR", rides=[RECEIPT], tariff_version="2026-1"
)
DAY_CLOSE: Final = DayClose(
    deployment=DEPLOYMENT, line="harbour-1", day=DAY, accepted=2, charged=1, last=[DEVICE_ACK]
)
PASSAGE_KEY: Final = PassageKey(day=DAY, suite=SUITE_X25519_AES256GCM, pk=_hash(10))
DENY_LIST: Final = DenyList(as_of=NOON, consent_ids=[_id(4)])
WITHDRAWALS: Final = WithdrawalList(as_of=NOON, consent_ids=[_id(5)])
BUNDLE: Final = Bundle(
    deployment=DEPLOYMENT,
    line="harbour-1",
    version=9,
    issued=NOON,
    trust_file_hash=_hash(11),
    passage_keys=[PASSAGE_KEY],
    tariff_version="2026-1",
    deny_list=DENY_LIST,
    withdrawals=WITHDRAWALS,
)
RELEASE: Final = Release(deployment=DEPLOYMENT, version="0.1.0", digest=_hash(2))
TRUSTED_KEY: Final = TrustedKey(
    role="kiosk",
    name="kiosk-1",
    key=b64(raw_public(KIOSK_KEY)),
    not_before=FIRST_DAY,
    not_after=LAST_DAY,
    distrust_from_index=17,
)
TRUST_FILE: Final = TrustFile(
    deployment=DEPLOYMENT,
    version=1,
    prev_hash=b64(bytes(32)),
    expires=NOON + 86_400,
    root_threshold=2,
    witness_threshold=1,
    roles=[TRUSTED_KEY],
)

MESSAGES: Final[Sequence[Document]] = (
    BUNDLE,
    CERTIFICATE,
    CONSENT,
    DAY_CLOSE,
    DENY_LIST,
    DEVICE_ACK,
    EnrolmentOffer(session_pk=_hash(12), passkey_hash=_hash(4), reply_box=_id(6)),
    EPOCH,
    LeaseAck(lease_id=_id(2), line="harbour-1", status="admitted"),
    LEASE_HEADER,
    LEASE_LINE,
    PASSAGE,
    PASSAGE_KEY,
    RECEIPT,
    RECEIPT_BUNDLE,
    RELEASE,
    SEALED_PASSAGE,
    SignedBundle(document=BUNDLE, signature=sign(BUNDLE, OFFICE_BUNDLE_KEY)),
    SignedCaptureCertificate(document=CERTIFICATE, signature=sign(CERTIFICATE, KIOSK_KEY)),
    SignedDayClose(document=DAY_CLOSE, signature=sign(DAY_CLOSE, OFFICE_BUNDLE_KEY)),
    SignedGateEpoch(document=EPOCH, signature=sign(EPOCH, LINE_KEY)),
    SignedPassage(document=PASSAGE, signature=sign(PASSAGE, LINE_KEY)),
    SignedReceiptBundle(
        document=RECEIPT_BUNDLE, signature=sign(RECEIPT_BUNDLE, OFFICE_RECEIPT_KEY)
    ),
    SignedRelease(document=RELEASE, signature=sign(RELEASE, OFFICE_BUNDLE_KEY)),
    SignedTrustFile(
        document=TRUST_FILE, signatures=[sign(TRUST_FILE, key) for key in ROOT_KEYS[:2]]
    ),
    Stop(preimage=_hash(13)),
    TRUSTED_KEY,
    TRUST_FILE,
    WITHDRAWALS,
    WithdrawalRequest(consent_id=_id(1), deployment=DEPLOYMENT, day=DAY),
)


def golden_messages() -> dict[str, JsonValue]:
    """Give each example's canonical text, and the hash of what is signed where it has a type."""
    return {type(document).__name__: _golden(document) for document in MESSAGES}


def _golden(document: Document) -> dict[str, JsonValue]:
    golden: dict[str, JsonValue] = {"jcs": document.jcs().decode()}
    if isinstance(document, SignedType):
        golden |= {"type": document.TYPE, "hash": document.hashed().hex()}
    return golden
