"""A rider of the demo: a wallet with a software passkey, and what a person would tap."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from faregate.bootstrap.deployment import Deployment
from faregate.clock import Clock
from faregate.consent.lease import MODE_LIMITS
from faregate.consent.mailbox import mailbox_of
from faregate.consent.relay import NoReply
from faregate.consent.software_authenticator import (
    UnsafeAuthenticatorWarning,
    UnsafeSoftwareAuthenticator,
)
from faregate.consent.travel import LineLease, TravelPlan
from faregate.consent.wallet import Wallet
from faregate.consent.wallet_storage import StoredConsent, WalletPolicy
from faregate.enrolment.kiosk import CodeAnswer, EnrolmentRefused, Kiosk
from faregate.errors import InvalidInputError
from faregate.face.challenge import OnPrompt
from faregate.gate.outbox import lease_line_hash
from faregate.ids import AccountId, ConsentId, LeaseId, LineId, ModelId
from faregate.translog.log import LeafAbsence
from faregate.video.source import FrameSource
from faregate.web.office import Office
from faregate.wire.canonical import sha256, unb64
from faregate.wire.messages import LeaseAck, ReceiptBundle

CONTROLLER: Final = "Faregate demo metro"
NOTICE: Final = (
    "Your face template is sealed under a key that only you hold. While you say that you are "
    "travelling, the gates that you chose hold it in memory, open for you and charge the fare. "
    "Stop and withdraw whenever you like; the card works the same."
)
USES_PER_LINE: Final = 4
_CONSENT_LASTS: Final = timedelta(days=300)


@dataclass(frozen=True, slots=True)
class TravelAnswer:
    """What one line answered to "I'm travelling now"."""

    line: LineId
    status: str


class Rider:
    """One rider. `shown_as` is the script's name for them; no part of the system has it."""

    def __init__(
        self,
        shown_as: str,
        *,
        account: AccountId,
        office: Office,
        deployment: Deployment,
        model_id: ModelId,
        clock: Clock,
    ) -> None:
        self.shown_as = shown_as
        self.account = account
        self._office = office
        self._clock = clock
        with warnings.catch_warnings():
            # The demo says so itself, in its first lines and on its page.
            warnings.simplefilter("ignore", UnsafeAuthenticatorWarning)
            self._authenticator = UnsafeSoftwareAuthenticator(
                deployment.rp_id, deployment.wallet_origin
            )
        self._wallet = Wallet(
            WalletPolicy(
                deployment=deployment.name,
                rp_id=deployment.rp_id,
                origin=deployment.wallet_origin,
                controller=CONTROLLER,
                model_id=model_id,
                modes=("window",),
                notice_hash=sha256(NOTICE.encode()),
                lang="en",
            ),
            authenticator=self._authenticator,
            records=office.records,
        )
        self._leases: tuple[LineLease, ...] = ()
        self._lease_ids: dict[tuple[LeaseId, LineId], None] = {}  # in order, each once
        self._history_pk = b""

    @property
    def consent_id(self) -> ConsentId:
        """The id of the rider's consent. Raises `LookupError` before there is one."""
        return ConsentId(self._consent.consent.consent_id)

    def set_up(self) -> None:
        """Make a passkey, a root key and its wraps (message 2)."""
        self._wallet.set_up()

    def enrol(
        self, kiosk: Kiosk, camera: FrameSource, *, prompt: OnPrompt
    ) -> EnrolmentRefused | None:
        """Be seen by a kiosk, consent, seal and upload (messages 2-4); None when all was done."""
        offer = self._wallet.offer()
        reply = kiosk.enrol(offer, camera=camera, confirm_code=self._compare, prompt=prompt)
        if isinstance(reply, EnrolmentRefused):
            return reply
        self._office.send_reply(unb64(reply.box), reply.sealed)
        sealed = self._office.get_reply(unb64(offer.reply_box))
        assert not isinstance(sealed, NoReply)  # the relay has just taken it
        self._wallet.accept_capture(sealed, trust=self._office.trust)
        now = self._clock.now()
        submission = self._wallet.consent(not_after=(now + _CONSENT_LASTS).date(), now=now)
        self._history_pk = unb64(submission.history_pk)
        self._office.submit_consent(submission, account=self.account)
        return None

    def is_ready(self) -> bool:
        """Check whether the consent is in the log yet: only then can the rider travel."""
        proof = self._office.find_leaf(unb64(self._consent.leaf))
        if isinstance(proof, LeafAbsence):
            return False
        self._wallet.consent_logged(proof, trust=self._office.trust, now=self._clock.now())
        return True

    def travel(self, *lines: LineId, duration: timedelta | None = None) -> None:
        """Tap "I'm travelling now": one passkey ceremony, one sealed lease for each line."""
        proof = self._office.find_leaf(unb64(self._consent.leaf))
        if isinstance(proof, LeafAbsence):
            raise InvalidInputError(
                "consent_not_logged",
                "The consent is not in the log yet.",
                remedy="Wait until the wallet says that it is ready.",
            )
        now = self._clock.now()
        plan = TravelPlan(
            duration=duration or MODE_LIMITS["window"].duration_max,
            uses=USES_PER_LINE,
            lines=lines,
        )
        self._leases = self._wallet.travel(
            plan,
            offers=[self._office.epoch_offer(line) for line in lines],
            inclusion=proof,
            trust=self._office.trust,
            now=now,
        )
        for lease in self._leases:
            self._office.post_lease(lease.line, lease.sealed, not_after=now + plan.duration)

    def answers(self) -> tuple[TravelAnswer, ...]:
        """Read what the lines answered so far."""
        acks = tuple(self._acks())
        self._lease_ids |= dict.fromkeys((LeaseId(ack.lease_id), LineId(ack.line)) for ack in acks)
        return tuple(TravelAnswer(LineId(ack.line), ack.status) for ack in acks)

    def stop(self) -> None:
        """Tap "Stop": anonymous, to every line."""
        self._office.post_stop(self._wallet.stop())

    def receipts(self) -> tuple[ReceiptBundle, ...]:
        """Fetch the receipts that wait, open them with the rider's key, and empty the box."""
        box = mailbox_of(self._history_pk)
        bundles = []
        for mail in self._office.mailbox.fetch(box):
            bundles.append(self._wallet.read_receipts(mail.sealed, trust=self._office.trust))
            self._office.mailbox.forget(box, mail.digest)
        return tuple(bundles)

    def waiting_receipts(self) -> int:
        """Count the sealed bundles in the rider's box."""
        return len(self._office.mailbox.fetch(mailbox_of(self._history_pk)))

    def withdraw(self) -> None:
        """Tap "Withdraw": the consent ends, and all that is sealed is deleted (message 10)."""
        withdrawal = self._wallet.withdraw(now=self._clock.now())
        self._office.withdraw(withdrawal.signed)
        for deletion in withdrawal.deletions:
            self._office.records.delete(deletion.locator, deletion.delete_secret)

    def ids(self) -> dict[str, bytes]:
        """Give every id that could lead to this rider, for whoever searches the stores for them."""
        stored = self._wallet.storage
        consent = self._consent
        return {
            "consent": unb64(consent.consent.consent_id),
            "locator of the template": unb64(consent.template.locator),
            **{
                f"locator of wrap {number}": unb64(wrap.locator)
                for number, wrap in enumerate(stored.wraps, 1)
            },
            **{f"lease {lease_id}": unb64(lease_id) for lease_id, _ in self._lease_ids},
            **{
                f"spent use of lease {lease_id} at {line}": lease_line_hash(lease_id, line)
                for lease_id, line in self._lease_ids
            },
            "history key": self._history_pk,
            "mailbox": mailbox_of(self._history_pk),
            "passkey": self._authenticator.credential_id,
            "passkey's public key": unb64(stored.passkey),
            "commitment to the template": unb64(consent.consent.tc),
        }

    @property
    def _consent(self) -> StoredConsent:
        consents = self._wallet.storage.consents
        if not consents:
            raise LookupError(f"{self.shown_as} has not consented")
        return consents[0]

    def _compare(self, shown: str) -> CodeAnswer:
        return CodeAnswer.SAME if shown == self._wallet.code else CodeAnswer.DIFFERENT

    def _acks(self) -> Iterator[LeaseAck]:
        for lease in self._leases:
            sealed = self._office.get_reply(lease.ack_box)
            if not isinstance(sealed, NoReply):
                yield self._wallet.read_ack(lease.line, sealed)
