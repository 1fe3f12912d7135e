"""One line's rounds with the office: what keeps it supplied, and takes its passages away."""

from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Final, assert_never

from faregate.consent.stop import ADMITTED, ack_box, seal_ack
from faregate.consent.trust import OFFICE, Trust
from faregate.errors import FaregateError, InvalidInputError, VerificationError
from faregate.gate.admission import Admitted, LeaseRefused, LeaseUnopened, ReplyTo
from faregate.gate.line import GateLine
from faregate.gate.office_link import OfficeLink
from faregate.gate.outbox import FROM_THE_START
from faregate.wire.document import verify_signature
from faregate.wire.messages import LeaseAck, SignedDayClose

LEASES_MAX: Final = 256
STOP_PAGES_MAX: Final = 16
BATCHES_MAX: Final = 16
REPLIES_MAX: Final = 1_024
DAY_CLOSES_MAX: Final = 64


class Office(StrEnum):
    """How a round ended."""

    REACHED = "reached"
    UNREACHABLE = "unreachable"  # the rest of the round is made up for in the next one


@dataclass(slots=True)
class RoundReport:
    """What one round did, in counts and codes; it names no lease and no rider."""

    office: Office = Office.REACHED
    admitted: int = 0
    refused: tuple[str, ...] = ()
    """The status of each refused lease."""

    distrusted: tuple[str, ...] = ()
    """What the office sent that did not hold: the code of each."""

    delivered: int = 0
    lost: int = 0
    """Passages that were never delivered in 8 days, and can't be charged any more."""


class Rounds:
    """The rounds of one line, one at a time, by one thread; the lanes go on meanwhile."""

    def __init__(self, line: GateLine, office: OfficeLink, *, trust: Trust) -> None:
        self._line = line
        self._office = office
        self._trust = trust
        self._stops_heard = 0
        # An answer that finds no room drops the oldest: its wallet asks the rider to tap again.
        self._replies: deque[tuple[bytes, bytes]] = deque(maxlen=REPLIES_MAX)

    def poll(self) -> RoundReport:
        """Make one round; due at least every minute.

        Never raises for what the office does: without it, or with nonsense from it, the line goes
        on within the limits of message 6. Raises `MachineError` if the line's own disk fails.
        """
        report = RoundReport()
        try:
            # Withdrawals and stops before all else: neither a disk that fails nor a log without
            # witnesses keeps a template open whose rider ended it, and no lease is admitted that
            # they forbid.
            self._take_bundle(report)
            self._take_stops()
        except ConnectionError:
            report.office = Office.UNREACHABLE
        report.lost = self._line.forget()
        if report.office is Office.REACHED:
            self._exchange(report)
        return report

    def _exchange(self, report: RoundReport) -> None:
        try:
            self._publish_epochs(report)
            self._take_leases(report)
            self._deliver(report)
            self._settle(report)
            self._send_replies(report)
        except ConnectionError:
            report.office = Office.UNREACHABLE

    def _publish_epochs(self, report: RoundReport) -> None:
        for epoch in self._line.epochs_to_publish():
            try:
                self._office.publish_epoch(epoch)
            except ConnectionError:
                # The log may have no quorum while the office takes passages all the same.
                report.office = Office.UNREACHABLE
                return
            except VerificationError as error:
                _distrust(report, error)
                return
            self._line.epoch_published(epoch)

    def _take_bundle(self, report: RoundReport) -> None:
        try:
            self._line.accept_bundle(self._office.fetch_bundle(self._line.terms.line))
        except (VerificationError, InvalidInputError) as error:
            _distrust(report, error)

    def _take_stops(self) -> None:
        for _ in range(STOP_PAGES_MAX):
            page = self._office.take_stops(self._line.terms.line, self._stops_heard)
            self._line.stop(page.stops)
            self._stops_heard = page.cursor
            if not page.stops:
                return

    def _take_leases(self, report: RoundReport) -> None:
        for sealed in islice(self._office.take_leases(self._line.terms.line), LEASES_MAX):
            match self._line.admit(sealed):
                case Admitted(reply_to=reply_to):
                    report.admitted += 1
                    self._reply(reply_to, ADMITTED)
                case LeaseRefused(code=code, reply_to=reply_to):
                    report.refused += (code,)
                    self._reply(reply_to, code)
                case LeaseUnopened(reason):
                    report.refused += (reason,)
                case outcome:
                    assert_never(outcome)

    def _reply(self, to: ReplyTo, status: str) -> None:
        terms = self._line.terms
        ack = LeaseAck(lease_id=to.lease_id, line=terms.line, status=status)
        try:
            sealed = seal_ack(ack, ack_key=to.ack_key, deployment=terms.deployment)
        except VerificationError:
            return  # a key that nothing can be sealed to: its wallet wants no answer
        self._replies.append((ack_box(to.ack_key), sealed))

    def _deliver(self, report: RoundReport) -> None:
        outbox = self._line.outbox
        offered = FROM_THE_START
        for _ in range(BATCHES_MAX):
            batch = outbox.pending(after=offered)
            if not batch:
                return
            # On from here even where nothing is acknowledged: after 8 days a lost row leaves a
            # gap that no acknowledgement crosses, and what is behind it must still get through.
            offered = (batch[-1].boot, batch[-1].seq)
            for ack in islice(self._office.deliver(batch), len(batch)):
                try:
                    outbox.acknowledge(ack)
                except InvalidInputError as error:
                    _distrust(report, error)
                else:
                    report.delivered += sum(
                        1 for one in batch if one.boot == ack.boot and one.seq <= ack.seq
                    )

    def _settle(self, report: RoundReport) -> None:
        closes = self._office.take_day_closes(self._line.terms.line)
        for signed in islice(closes, DAY_CLOSES_MAX):
            try:
                self._verify_day_close(signed)
            except VerificationError as error:
                _distrust(report, error)
            else:
                self._line.outbox.settle(signed.document)

    def _send_replies(self, report: RoundReport) -> None:
        while self._replies:
            try:
                self._office.send_reply(*self._replies[0])
            except InvalidInputError as error:
                # The relay is flooded: the rest waits for the next round.
                _distrust(report, error)
                return
            self._replies.popleft()

    def _verify_day_close(self, signed: SignedDayClose) -> None:
        close, terms = signed.document, self._line.terms
        if (close.deployment, close.line) != (terms.deployment, terms.line):
            raise VerificationError("day_close_address", "The day close is of another line.")
        office = self._trust.key_of("office-receipt", OFFICE, close.day)
        verify_signature(close, signed.signature, expected_key=office)


def _distrust(report: RoundReport, error: FaregateError) -> None:
    report.distrusted += (error.code,)
