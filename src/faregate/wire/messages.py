"""The messages of protocol v1 that are signed or hashed, field by field.

Numbers in the docstrings are the messages of docs/concepts/protocol.md. Instants are Unix
seconds, days are ISO 8601 text, keys, hashes and random ids are base64url. Changed only by
adding a v2 beside v1: tests/golden holds the bytes of each.
"""

from typing import Annotated, ClassVar, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints

from faregate.wire.document import (
    B64Hash,
    B64Id,
    Count,
    Day,
    Document,
    ModelName,
    Name,
    Signature,
    SignedType,
    UnixSeconds,
    check_b64,
)

SUITE_X25519_AES256GCM: Final = 1
"""DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. 2 is reserved for a hybrid."""

Suite = Literal[1]
Mode = Literal["presence", "window"]
Role = Literal["root", "line", "kiosk", "office-bundle", "office-receipt", "log", "witness"]
Label = Annotated[
    str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]+$", min_length=1, max_length=120)
]
"""Text for people. Without control characters, which JCS spells six bytes long."""


class TrustedKey(Document):
    """One key in the trust file, valid from `not_before` to `not_after` (days, inclusive)."""

    role: Role
    name: Name
    key: B64Hash
    not_before: Day
    not_after: Day
    distrust_from_index: Annotated[int, Field(ge=-1, le=2**53 - 1)] = -1
    """-1: not revoked. Else documents logged from this leaf index on are not trusted."""


class TrustFile(SignedType):
    """Who may sign what, in this deployment."""

    TYPE: ClassVar[str] = "trust-file"
    deployment: Name
    version: Annotated[int, Field(ge=1)]
    prev_hash: B64Hash
    expires: UnixSeconds
    root_threshold: Annotated[int, Field(ge=1, le=16)]
    witness_threshold: Annotated[int, Field(ge=1, le=16)]
    roles: Annotated[list[TrustedKey], Field(max_length=256)]


class Release(SignedType):
    """The software that gates of a deployment may run: logged before a gate declares it (G8)."""

    TYPE: ClassVar[str] = "release"
    deployment: Name
    version: Annotated[str, StringConstraints(max_length=48)]
    digest: B64Hash


class GateEpoch(SignedType):
    """Message 1: a line's HPKE key for a day, signed by the line identity, logged before use."""

    TYPE: ClassVar[str] = "gate-epoch"
    deployment: Name
    line: Name
    epoch: Annotated[int, Field(ge=1, le=2**53 - 1)]
    suite: Suite
    pk: B64Hash
    not_before: UnixSeconds
    not_after: UnixSeconds
    release_digest: B64Hash


class EnrolmentOffer(SignedType):
    """Message 2: what the wallet's QR shows the kiosk."""

    TYPE: ClassVar[str] = "enrolment-offer"
    session_pk: B64Hash
    passkey_hash: B64Hash
    reply_box: B64Id


class CaptureCertificate(SignedType):
    """Message 2: a kiosk saw a live person, made this template, bound it to this passkey."""

    TYPE: ClassVar[str] = "capture-certificate"
    deployment: Name
    kiosk: Name
    captured_at: Literal["kiosk", "home"]
    model_id: ModelName
    tc: B64Hash
    bind: B64Hash
    liveness_level: Annotated[int, Field(ge=0, le=9)]
    day: Day


CosePublicKey = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", max_length=171),
    AfterValidator(check_b64),
]
"""At most 128 bytes, base64url; an ES256 key has 77."""


class Consent(SignedType):
    """Message 3: what the rider agrees to. The passkey signs H of this as its challenge."""

    TYPE: ClassVar[str] = "consent"
    consent_id: B64Id
    deployment: Name
    controller: Label
    purpose: Literal["fare"]
    modes: Annotated[list[Mode], Field(min_length=1, max_length=2)]
    model_id: ModelName
    tc: B64Hash
    certificate_hash: B64Hash
    notice_hash: B64Hash
    lang: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
    day: Day
    not_after: Day
    passkey: CosePublicKey
    """The COSE public key of the rider's passkey for this deployment."""


class LeaseLine(Document):
    """One line at which a lease may be used."""

    line: Name
    epoch: Annotated[int, Field(ge=1, le=2**53 - 1)]
    pk_hash: B64Hash
    steps_hash: B64Hash
    """SHA-256 of the steps; of nothing in window mode."""


class LeaseHeader(SignedType):
    """Message 5: "I am travelling now", signed by the passkey as the hash of this."""

    TYPE: ClassVar[str] = "lease"
    lease_id: B64Id
    deployment: Name
    consent_id: B64Id
    tc: B64Hash
    mode: Mode
    uses: Annotated[int, Field(ge=1, le=32)]
    not_before: UnixSeconds
    not_after: UnixSeconds
    stop_hash: B64Hash
    lines: Annotated[list[LeaseLine], Field(min_length=1, max_length=8)]


class Stop(SignedType):
    """Message 5: wipe the lease whose stop_hash is the SHA-256 of `preimage`. Anonymous."""

    TYPE: ClassVar[str] = "stop"
    preimage: B64Hash


class LeaseAck(SignedType):
    """Message 5: what became of a lease at one line, for the wallet's reply box."""

    TYPE: ClassVar[str] = "lease-ack"
    lease_id: B64Id
    line: Name
    status: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,48}$")]
    """`admitted`, or the reason of the refusal."""


class PassageKey(Document):
    """The office's HPKE public key for the passages of one line and travel day."""

    day: Day
    suite: Suite
    pk: B64Hash


class Passage(SignedType):
    """Message 8: one event of one passage. It holds no picture, template or score.

    `authorised` is written before the actuator moves; a second event with an own sequence number
    says what became of it and names the first in `concerns` (empty for `authorised`).
    """

    TYPE: ClassVar[str] = "passage"
    device: Name
    boot: Annotated[int, Field(ge=1, le=2**53 - 1)]
    seq: Annotated[int, Field(ge=1, le=2**53 - 1)]
    line: Name
    lane: Name
    direction: Literal["entry", "exit"]
    consent_id: B64Id
    lease_id: B64Id
    opened_at: UnixSeconds
    outcome: Literal["authorised", "passed", "timed_out"]
    concerns: Annotated[
        str, StringConstraints(pattern=r"^([a-z0-9-]{1,48}/[1-9][0-9]{0,15}/[1-9][0-9]{0,15})?$")
    ]


class SealedPassage(Document):
    """A signed `Passage` under HPKE: all that the outbox holds and the network carries."""

    device: Name
    boot: Annotated[int, Field(ge=1, le=2**53 - 1)]
    seq: Annotated[int, Field(ge=1, le=2**53 - 1)]
    line: Name
    day: Day
    """The travel day whose passage key sealed it."""
    sealed: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]*$", max_length=4096)]


class DeviceAck(Document):
    """All events of a device and boot up to `seq` have arrived; `gaps` are missing below it."""

    device: Name
    boot: Annotated[int, Field(ge=1, le=2**53 - 1)]
    seq: Count


class Receipt(Document):
    """One ride, as the rider may show it."""

    receipt_id: B64Id
    place: Label
    minute: UnixSeconds
    fare: Count
    cap: Count


class ReceiptBundle(SignedType):
    """Message 9: a rider's rides of one closed day, signed by the office's receipt key."""

    TYPE: ClassVar[str] = "receipt-bundle"
    deployment: Name
    day: Day
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    rides: Annotated[list[Receipt], Field(max_length=256)]
    tariff_version: Annotated[str, StringConstraints(max_length=64)]


class DayClose(SignedType):
    """Message 9: what the office accepted and charged for a line on a day; logged."""

    TYPE: ClassVar[str] = "day-close"
    deployment: Name
    line: Name
    day: Day
    accepted: Count
    """Passages of this line in the closed day store that passed."""
    charged: Count
    """Of these, those that begin a journey that was charged."""
    last: Annotated[list[DeviceAck], Field(max_length=64)]


class WithdrawalList(Document):
    """Consents that no gate may open for, and as of when that is known."""

    as_of: UnixSeconds
    consent_ids: Annotated[list[B64Id], Field(max_length=100_000)]


class DenyList(Document):
    """Consents that pay by card until a debt is settled, and as of when."""

    as_of: UnixSeconds
    consent_ids: Annotated[list[B64Id], Field(max_length=100_000)]


class Bundle(SignedType):
    """Message 12: all that a line needs from the office; `version` never goes back."""

    TYPE: ClassVar[str] = "bundle"
    BYTES_MAX: ClassVar[int] = 8 * 1024 * 1024
    deployment: Name
    line: Name
    version: Annotated[int, Field(ge=1, le=2**53 - 1)]
    issued: UnixSeconds
    trust_file_hash: B64Hash
    passage_keys: Annotated[list[PassageKey], Field(max_length=16)]
    tariff_version: Annotated[str, StringConstraints(max_length=64)]
    deny_list: DenyList
    withdrawals: WithdrawalList


class WithdrawalRequest(SignedType):
    """Message 10: the rider ends the consent; the passkey signs H of this as its challenge."""

    TYPE: ClassVar[str] = "withdrawal"
    consent_id: B64Id
    deployment: Name
    day: Day


class SignedBundle(Document):
    """A bundle as it travels."""

    BYTES_MAX: ClassVar[int] = 8 * 1024 * 1024

    document: Bundle
    signature: Signature


class SignedGateEpoch(Document):
    """An epoch as it travels; this is also the leaf in the log."""

    document: GateEpoch
    signature: Signature


class SignedCaptureCertificate(Document):
    """A capture certificate as it travels."""

    document: CaptureCertificate
    signature: Signature


class SignedPassage(Document):
    """A passage before it is sealed and after it is opened."""

    document: Passage
    signature: Signature


class SignedReceiptBundle(Document):
    """A receipt bundle before it is sealed and after the rider opened it."""

    document: ReceiptBundle
    signature: Signature


class SignedDayClose(Document):
    """A day close as it travels; this is also the leaf in the log."""

    document: DayClose
    signature: Signature


class SignedTrustFile(Document):
    """A trust file with its root signatures; this is also the leaf in the log."""

    document: TrustFile
    signatures: Annotated[list[Signature], Field(min_length=1, max_length=16)]


class SignedRelease(Document):
    """A release as the office logs it."""

    document: Release
    signature: Signature
