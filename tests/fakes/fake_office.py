"""An office in memory, as a line sees it; it can lose requests, or take them and lose answers."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from fakes.log_world import (
    DEPLOYMENT,
    LINE_KEY,
    OFFICE_BUNDLE_KEY,
    OFFICE_RECEIPT_KEY,
    LogWorld,
    raw_public,
)
from faregate.consent.hpke import Recipient, open_, passage_info
from faregate.consent.trust import Trust
from faregate.errors import InvalidInputError
from faregate.gate.office_link import StopPage
from faregate.ids import LineId
from faregate.translog.leaf import infrastructure_leaf
from faregate.wire.canonical import b64, unb64
from faregate.wire.document import sign, verify_signature
from faregate.wire.messages import (
    SUITE_X25519_AES256GCM,
    Bundle,
    DayClose,
    DenyList,
    DeviceAck,
    Passage,
    PassageKey,
    SealedPassage,
    SignedBundle,
    SignedDayClose,
    SignedGateEpoch,
    SignedPassage,
    Stop,
    WithdrawalList,
)

T = TypeVar("T")


class FakeOffice:
    """All that `OfficeLink` promises, with real keys, bytes and a real log behind it."""

    def __init__(self, log_world: LogWorld, trust: Trust, line: LineId) -> None:
        """Begin with nobody withdrawn, and with passage keys for two days."""
        self.lose_request = False
        self.lose_answer = False
        self.relay_away = False
        self.relay_flooded = False
        self._log_world = log_world
        self._trust = trust
        self._line = line
        self.epochs: list[SignedGateEpoch] = []
        self.leases: list[bytes] = []
        self.stops: list[Stop] = []
        self.replies: dict[bytes, bytes] = {}
        self.passages: dict[int, SealedPassage] = {}  # of the one boot, by number
        self.deliveries = 0
        self.closes: list[SignedDayClose] = []
        self.withdrawn: list[str] = []
        self.denied: list[str] = []
        self.version = 0
        self.spoil: Callable[[Bundle], Bundle] = lambda bundle: bundle
        self.passage_keys = {
            day: Recipient.generate() for day in ("2026-03-01", "2026-03-02", "2026-03-03")
        }

    def _answer(self, act: Callable[[], T]) -> T:
        if self.lose_request:
            raise ConnectionError("request lost")
        done = act()
        if self.lose_answer:
            raise ConnectionError("answer lost")
        return done

    def publish_epoch(self, epoch: SignedGateEpoch) -> None:
        """Log the epoch."""
        self._answer(lambda: self._log_epoch(epoch))

    def _log_epoch(self, epoch: SignedGateEpoch) -> None:
        self._log_world.logged(infrastructure_leaf(epoch))
        if epoch not in self.epochs:
            self.epochs.append(epoch)

    def fetch_bundle(self, line: LineId) -> SignedBundle:
        """Give a new bundle."""
        return self._answer(lambda: self.make_bundle(line))

    def make_bundle(self, line: LineId) -> SignedBundle:
        """Sign a bundle as of now."""
        now = int(self._log_world.now.timestamp())
        self.version += 1
        document = self.spoil(
            Bundle(
                deployment=DEPLOYMENT,
                line=line,
                version=self.version,
                issued=now,
                trust_file_hash=b64(self._trust.hash),
                passage_keys=[
                    PassageKey(
                        day=day, suite=SUITE_X25519_AES256GCM, pk=b64(recipient.public_bytes)
                    )
                    for day, recipient in self.passage_keys.items()
                ],
                tariff_version="2026-01",
                deny_list=DenyList(as_of=now, consent_ids=self.denied),
                withdrawals=WithdrawalList(as_of=now, consent_ids=self.withdrawn),
            )
        )
        return SignedBundle(document=document, signature=sign(document, OFFICE_BUNDLE_KEY))

    def take_leases(self, line: LineId) -> Sequence[bytes]:
        """Take the waiting leases off the queue."""
        del line

        def take() -> list[bytes]:
            taken, self.leases = self.leases, []
            return taken

        return self._answer(take)

    def take_stops(self, line: LineId, after: int) -> StopPage:
        """Give the stops behind the cursor."""
        del line
        return self._answer(lambda: StopPage(tuple(self.stops[after:]), len(self.stops)))

    def deliver(self, passages: Sequence[SealedPassage]) -> Sequence[DeviceAck]:
        """Take passages; those that it has seen change nothing."""

        def take() -> list[DeviceAck]:
            self.deliveries += 1
            for passage in passages:
                self.passages.setdefault(passage.seq, passage)
            contiguous = 0
            while contiguous + 1 in self.passages:
                contiguous += 1
            device, boot = passages[0].device, passages[0].boot
            return [DeviceAck(device=device, boot=boot, seq=contiguous)]

        return self._answer(take)

    def take_day_closes(self, line: LineId) -> Sequence[SignedDayClose]:
        """Give the day closes."""
        del line
        return self._answer(lambda: list(self.closes))

    def send_reply(self, box: bytes, reply: bytes) -> None:
        """Keep a reply; the first one stays."""
        if self.relay_away:
            raise ConnectionError("request lost")
        if self.relay_flooded:
            raise InvalidInputError("rate_limit", "Too many replies.", remedy="Come back later.")
        self._answer(lambda: self.replies.setdefault(box, reply))

    def close_day(self, *, line: LineId, seq: int) -> None:
        """Sign a day close that counts the first boot up to a number."""
        document = DayClose(
            deployment=DEPLOYMENT,
            line=line,
            day="2026-03-02",
            accepted=0,
            charged=0,
            last=[DeviceAck(device=self._line, boot=1, seq=seq)],
        )
        self.closes.append(
            SignedDayClose(document=document, signature=sign(document, OFFICE_RECEIPT_KEY))
        )

    def read_passages(self) -> list[Passage]:
        """Open what arrived, in the order of its numbers; each must be signed by the line."""
        return [self.read(self.passages[seq]) for seq in sorted(self.passages)]

    def read(self, sealed: SealedPassage) -> Passage:
        """Open one passage, and check the line's signature."""
        info = passage_info(deployment=DEPLOYMENT, line=sealed.line, day=sealed.day)
        opened = SignedPassage.parse(
            open_(unb64(sealed.sealed), self.passage_keys[sealed.day], info)
        )
        verify_signature(opened.document, opened.signature, expected_key=raw_public(LINE_KEY))
        return opened.document
