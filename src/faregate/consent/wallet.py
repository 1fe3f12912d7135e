"""The rider's side: what the browser wallet does, in Python, for the demo and the tests.

Between ceremonies it holds no secret but the keys of a session that is going on: the root key is
unwrapped by the passkey, used, and wiped within one ceremony. What it stores is `WalletStorage`,
none of which opens anything; what it uploads is ciphertext.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from faregate.consent.capture_session import Captured, CaptureSession
from faregate.consent.ceremony import Ceremonies
from faregate.consent.certificate import NOT_YET_LOGGED, VerifiedCertificate, utc_day
from faregate.consent.consent import ConsentSubmission, SignedConsent, consent_leaf, verify_consent
from faregate.consent.consent_receipt import (
    ConsentEvidence,
    ConsentReceipt,
    make_consent_receipt,
)
from faregate.consent.derivation import KEY_SIZE, RootKey
from faregate.consent.epoch import COSIGNED_WITHIN, EpochOffer, verify_epoch
from faregate.consent.locked import LockedBuffer, RandomFill, fill_random, random_bytes
from faregate.consent.passkey import Assertion, verify_registration
from faregate.consent.receipt_bundle import open_receipt_bundle
from faregate.consent.sealed_template import EnrolledTemplate
from faregate.consent.travel import LineLease, RunningLease, TravelPlan
from faregate.consent.trust import Trust
from faregate.consent.wallet_storage import (
    Authenticator,
    RecordStore,
    StoredConsent,
    StoredRecord,
    WalletPolicy,
    WalletStorage,
)
from faregate.consent.withdrawal import RecordDeletion, SignedWithdrawal
from faregate.consent.wrap import (
    PAPER_CODE_SIZE,
    Unlocker,
    UnlockerKind,
    make_wraps,
    show_paper_code,
)
from faregate.ids import LineId, Locator
from faregate.translog.verify import InclusionProof
from faregate.wire.canonical import b64, unb64
from faregate.wire.messages import (
    Consent,
    EnrolmentOffer,
    LeaseAck,
    ReceiptBundle,
    Stop,
    WithdrawalRequest,
)

_ID_SIZE: Final = 16
_HASH_SIZE: Final = 32


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What ends a consent: signed for the office, and deletions that name nobody."""

    signed: SignedWithdrawal
    deletions: tuple[RecordDeletion, ...]


class Wallet:
    """One rider's wallet for one deployment.

    `storage` of an earlier one may be handed in: a browser that was closed and opened again.
    Each method that needs the rider calls the authenticator once. Methods in the wrong order
    raise `LookupError`: that is a bug in the caller.
    """

    def __init__(
        self,
        policy: WalletPolicy,
        *,
        authenticator: Authenticator,
        records: RecordStore,
        storage: WalletStorage | None = None,
        fill: RandomFill = fill_random,
    ) -> None:
        self._policy = policy
        self._authenticator = authenticator
        self._records = records
        self._ceremonies = Ceremonies(
            policy=policy, authenticator=authenticator, records=records, fill=fill
        )
        self._storage = storage
        self._fill = fill
        self._session: CaptureSession | None = None
        self._captured: Captured | None = None
        self._travelling: RunningLease | None = None

    @property
    def storage(self) -> WalletStorage:
        """What the browser stores. Raises `LookupError` before `set_up`."""
        if self._storage is None:
            raise LookupError("the wallet was not set up")
        return self._storage

    def set_up(self) -> str:
        """Make the passkey and the root key, upload its wraps, and forget it (message 2).

        Gives the paper code, to be shown once and kept by the rider.
        """
        challenge = self._random(_HASH_SIZE)
        passkey = verify_registration(
            self._authenticator.register(challenge),
            expected_challenge=challenge,
            expected_rp_id=self._policy.rp_id,
            expected_origin=self._policy.origin,
        )
        with (
            LockedBuffer.random(KEY_SIZE, self._fill) as secret,
            LockedBuffer.random(PAPER_CODE_SIZE, self._fill) as code,
        ):
            root = RootKey(secret, deployment=self._policy.deployment)
            _, prf = self._ceremonies.sign(self._random(_HASH_SIZE), passkey=passkey)
            with prf:
                wraps = make_wraps(
                    root,
                    (Unlocker(UnlockerKind.PASSKEY, prf), Unlocker(UnlockerKind.PAPER, code)),
                    rp_id=self._policy.rp_id,
                    deployment=self._policy.deployment,
                    fill=self._fill,
                )
            for wrap in wraps:
                self._records.put(wrap)
            self._storage = WalletStorage(
                passkey=b64(passkey),
                wraps=[_stored(root, wrap.locator) for wrap in wraps],
                consents=[],
            )
            return show_paper_code(code)

    def offer(self) -> EnrolmentOffer:
        """Begin a capture session: what the wallet's QR shows the kiosk (message 2)."""
        self._session = CaptureSession.begin(self._passkey, fill=self._fill)
        return self._session.offer

    @property
    def code(self) -> str:
        """The code of the running session, for the rider to compare with the kiosk's."""
        return self._running_session.code

    def accept_capture(self, sealed: bytes, *, trust: Trust) -> VerifiedCertificate:
        """Open the kiosk's reply and check its certificate (message 2).

        Raises `VerificationError`; then nothing of the reply is kept.
        """
        self._captured = self._running_session.accept(sealed, policy=self._policy, trust=trust)
        self._session = None
        return self._captured.certificate

    def consent(self, *, not_after: date, now: datetime) -> ConsentSubmission:
        """Sign the consent, seal the template to the rider and upload it (messages 3 and 4).

        The template is wiped here: from now on it exists as the rider's ciphertext alone.
        """
        captured = self._captured
        if captured is None:
            raise LookupError("no capture was accepted")
        self._captured = None
        # 1. The document names the certificate, its template and this passkey.
        document = self._consent_document(captured.certificate, not_after=not_after, now=now)
        salt_c = self._random(_HASH_SIZE)
        # 2. The passkey signs it; the same ceremony unwraps the root key.
        with captured.reply.salted_template, self._unlock(document.hashed()) as (assertion, root):
            signed = SignedConsent(document=document, assertion=assertion)
            verify_consent(
                signed,
                expected_deployment=self._policy.deployment,
                expected_rp_id=self._policy.rp_id,
                expected_wallet_origin=self._policy.origin,
                expected_passkey=self._passkey,
                certificate=captured.certificate,
                now=now,
            )
            # 3. The template is sealed under K_T at its locator. The log has no index for the
            #    consent yet; the next lease ceremony writes it in.
            enrolled = EnrolledTemplate(
                salted_template=captured.reply.salted_template,
                consent=signed,
                salt_c=salt_c,
                leaf_index=NOT_YET_LOGGED,
                certificate=captured.reply.certificate,
            )
            record = self._ceremonies.seal_template(enrolled, root)
            self._records.put(record)
            self._keep(
                StoredConsent(
                    consent=document,
                    leaf=b64(consent_leaf(salt_c, document, assertion)),
                    leaf_index=NOT_YET_LOGGED,
                    template=_stored(root, record.locator),
                )
            )
            history = root.history()
            history.wipe()
        return ConsentSubmission(
            consent=signed,
            certificate=captured.reply.certificate,
            salt_c=b64(salt_c),
            history_pk=b64(history.public_bytes),
        )

    def consent_logged(self, inclusion: InclusionProof, *, trust: Trust, now: datetime) -> None:
        """Check that the consent is in the log, and remember where. Raises `VerificationError`."""
        stored = self._consented
        included = trust.verify_logged(
            unb64(stored.leaf), inclusion, now=now, cosigned_within=COSIGNED_WITHIN
        )
        self._keep(stored.model_copy(update={"leaf_index": included.index}))

    def consent_receipt(
        self, inclusion: InclusionProof, *, trust: Trust, now: datetime
    ) -> ConsentReceipt:
        """Make the receipt that the rider keeps (message 3), from the rider's own record."""
        self.consent_logged(inclusion, trust=trust, now=now)
        with self._unlock(self._random(_HASH_SIZE)) as (_, root):
            enrolled = self._ceremonies.open_template(root, leaf_index=self.leaf_index)
        enrolled.salted_template.wipe()
        return make_consent_receipt(
            ConsentEvidence(
                consent=enrolled.consent,
                certificate=enrolled.certificate,
                salt_c=b64(enrolled.salt_c),
                inclusion=inclusion,
            )
        )

    @property
    def leaf_index(self) -> int:
        """The index to fetch a fresh proof for; `NOT_YET_LOGGED` until `consent_logged`."""
        return self._consented.leaf_index

    def travel(
        self,
        plan: TravelPlan,
        *,
        offers: Sequence[EpochOffer],
        inclusion: InclusionProof,
        trust: Trust,
        now: datetime,
    ) -> tuple[LineLease, ...]:
        """Make a window lease for each line of the plan (message 5).

        `offers` are in the order of the plan's lines, `inclusion` is a fresh proof of the
        consent. Raises `VerificationError` before anything is sealed.
        """
        # 1. Nothing is sealed to an epoch, or a release, that not everybody can see (G8).
        epochs = [
            verify_epoch(offer, trust=trust, expected_line=line, now=now)
            for line, offer in zip(plan.lines, offers, strict=True)
        ]
        # 2. The lines will ask for this proof: a lease without it would only be refused.
        self.consent_logged(inclusion, trust=trust, now=now)
        # 3. The header names all lines; the passkey signs it and unwraps the root key.
        running = RunningLease.prepare(
            plan, consent=self._consented.consent, epochs=epochs, now=now, fill=self._fill
        )
        with self._unlock(running.header.hashed()) as (assertion, root):
            # 4. The template is open while it is sealed to each line.
            enrolled = self._ceremonies.open_template(root, leaf_index=self.leaf_index)
            with enrolled.salted_template:
                leases = running.seal(
                    enrolled, assertion=assertion, inclusion=inclusion, fill=self._fill
                )
        self._travelling = running
        return leases

    def read_ack(self, line: LineId, sealed: bytes) -> LeaseAck:
        """Open what a line answered to the running lease. Raises `VerificationError`."""
        return self._running_lease.read_ack(line, sealed)

    def stop(self) -> Stop:
        """Give what stops the running lease at every line. Anonymous."""
        return self._running_lease.stop

    def read_receipts(self, sealed: bytes, *, trust: Trust) -> ReceiptBundle:
        """Open a day's receipts with the rider's history key (message 9)."""
        with self._unlock(self._random(_HASH_SIZE)) as (_, root):
            history = root.history()
            try:
                return open_receipt_bundle(sealed, history=history, trust=trust)
            finally:
                history.wipe()

    def withdraw(self, *, now: datetime) -> Withdrawal:
        """End the consent by passkey, and delete what is sealed (message 10).

        The office deletes the records by `deletions`, in whatever order and without a login.
        The wallet keeps its storage until the caller is sure that all of it arrived.
        """
        stored = self._consented
        request = WithdrawalRequest(
            consent_id=stored.consent.consent_id,
            deployment=self._policy.deployment,
            day=utc_day(now),
        )
        assertion, prf = self._ceremonies.sign(request.hashed(), passkey=self._passkey)
        prf.wipe()
        signed = SignedWithdrawal(
            document=request, assertion=assertion, salt=b64(self._random(_HASH_SIZE))
        )
        return Withdrawal(
            signed,
            tuple(
                RecordDeletion(Locator(one.locator), unb64(one.delete_secret))
                for one in (stored.template, *self.storage.wraps)
            ),
        )

    @property
    def _passkey(self) -> bytes:
        return unb64(self.storage.passkey)

    @property
    def _running_session(self) -> CaptureSession:
        if self._session is None:
            raise LookupError("no capture session is running")
        return self._session

    @property
    def _running_lease(self) -> RunningLease:
        if self._travelling is None:
            raise LookupError("the rider is not travelling")
        return self._travelling

    @property
    def _consented(self) -> StoredConsent:
        if not self.storage.consents:
            raise LookupError("the rider has not consented")
        return self.storage.consents[0]

    def _random(self, size: int) -> bytes:
        return random_bytes(size, self._fill)

    def _keep(self, consent: StoredConsent) -> None:
        self._storage = self.storage.model_copy(update={"consents": [consent]})

    def _unlock(self, challenge: bytes) -> AbstractContextManager[tuple[Assertion, RootKey]]:
        return self._ceremonies.unlock(challenge, passkey=self._passkey)

    def _consent_document(
        self, certificate: VerifiedCertificate, *, not_after: date, now: datetime
    ) -> Consent:
        captured = certificate.document
        return Consent(
            consent_id=b64(self._random(_ID_SIZE)),
            deployment=self._policy.deployment,
            controller=self._policy.controller,
            purpose="fare",
            modes=list(self._policy.modes),
            model_id=captured.model_id,
            tc=captured.tc,
            certificate_hash=b64(captured.hashed()),
            notice_hash=b64(self._policy.notice_hash),
            lang=self._policy.lang,
            day=utc_day(now),
            not_after=not_after.isoformat(),
            passkey=self.storage.passkey,
        )


def _stored(root: RootKey, locator: Locator) -> StoredRecord:
    return StoredRecord(locator=locator, delete_secret=b64(root.delete_secret(locator)))
