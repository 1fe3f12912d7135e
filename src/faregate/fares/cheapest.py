"""The cheapest way to pay for a journey: what to buy for each leg, and which transfers apply.

A transfer rule that applies has to be used, as the reference says, be it dearer than two separate
legs. The choice is between offers: groups, media and, where several transfer rules fit, those.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from faregate.fares.effective_legs import EffectiveLeg
from faregate.fares.offers import Offer
from faregate.fares.tables import FareTransferType
from faregate.fares.transfers import Chain, Span, Transfer, TransferRules, mixed_currencies


@dataclass(frozen=True, slots=True)
class Step:
    """What is paid at one leg."""

    offer: Offer
    minor: int
    """What the leg adds to the total, in minor units: product, transfer or both."""
    transfer: Transfer | None = None
    """By which the leg is reached from the one before it."""


@dataclass(frozen=True, slots=True)
class _Path:
    """The cheapest way so far to end with an offer and a chain."""

    minor: int
    """The total."""
    step: Step
    chain: Chain
    before: "_Path | None"

    def steps(self) -> tuple[Step, ...]:
        found: list[Step] = []
        path: _Path | None = self
        while path is not None:
            replaced = (
                found
                and found[-1].transfer is not None
                and found[-1].transfer.rule.fare_transfer_type is FareTransferType.TRANSFER_ONLY
                and path.step.transfer is None
            )
            found.append(replace(path.step, minor=0) if replaced else path.step)
            path = path.before
        return tuple(reversed(found))


def cheapest_steps(
    legs: Sequence[EffectiveLeg], offers: Sequence[Sequence[Offer]], rules: TransferRules
) -> tuple[Step, ...]:
    """Choose an offer for each leg so that the total is lowest. Each leg has at least one offer.

    Legs may be paid with different media; a transfer stays within one. Of several equally cheap
    ways, the one whose offers come first.
    """
    spans = [Span.of(leg) for leg in legs]
    paths = [_alone(offer, 0, None) for offer in offers[0]]
    for number in range(1, len(legs)):
        cheapest: dict[tuple[str, str, Chain], _Path] = {}
        for offer in offers[number]:
            for onward in _all_onward(paths, offer, spans, number, rules):
                key = (offer.leg_group_id, offer.fare_media_id, onward.chain)
                known = cheapest.setdefault(key, onward)
                if onward.minor < known.minor:
                    cheapest[key] = onward
        paths = list(cheapest.values())
    return min(paths, key=lambda path: path.minor).steps()


def _all_onward(
    paths: Sequence[_Path],
    offer: Offer,
    spans: Sequence[Span],
    number: int,
    rules: TransferRules,
) -> Iterator[_Path]:
    """Give the ways to pay the next leg with an offer, after each path that may still be best."""
    others: list[_Path] = []
    for path in paths:
        if path.step.offer.fare_media_id != offer.fare_media_id:
            others.append(path)
            continue
        transfers = rules.applying(
            (path.step.offer.leg_group_id, offer.leg_group_id),
            fare_media_id=offer.fare_media_id,
            chain=path.chain,
            spans=spans,
            from_leg=number - 1,
        )
        if transfers:
            yield from (_transferred(path, offer, number, transfer) for transfer in transfers)
        else:
            yield _alone(offer, number, path)
    if others:
        # With another medium the leg is separate: of what went before, only the total counts.
        yield _alone(offer, number, min(others, key=lambda path: path.minor))


def _alone(offer: Offer, number: int, before: _Path | None) -> _Path:
    """Pay a leg by itself: with it, a new chain begins."""
    return _Path(
        minor=offer.minor + (0 if before is None else before.minor),
        step=Step(offer, offer.minor),
        chain=Chain(start=number),
        before=before,
    )


def _transferred(path: _Path, offer: Offer, number: int, transfer: Transfer) -> _Path:
    """Add a leg by a transfer: S + BC, or S + BC + C where both legs are paid.

    S is all that was processed before. The first transfer of a chain has the leg's own product
    for S, which a transfer that costs AB alone replaces.
    """
    currency = offer.product.amount.currency
    if transfer.product is not None and transfer.product.amount.currency != currency:
        raise mixed_currencies({currency, transfer.product.amount.currency})
    adds, total = transfer.minor, path.minor
    match transfer.rule.fare_transfer_type:
        case FareTransferType.BOTH_LEGS_PLUS_TRANSFER:
            adds += offer.minor
        case FareTransferType.TRANSFER_ONLY if path.step.transfer is None:
            total -= path.step.minor
        case _:
            pass
    return _Path(
        minor=total + adds,
        step=Step(offer, adds, transfer),
        chain=path.chain.after(transfer.rule, number - 1),
        before=path,
    )
