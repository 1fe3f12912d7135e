"""`faregate fare`: what a journey costs by a GTFS feed, why, and whether the feed is sound."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, TypeAlias, assert_never

import typer

from faregate.errors import FaregateError, InvalidInputError
from faregate.fares.explain import explain
from faregate.fares.price import FareQuote, FareTable, FareUnknown, PricedLeg, price
from faregate.fares.read_feed import read_feed
from faregate.fares.read_journey import read_journey
from faregate.fares.validate import validate_feed
from faregate.money import Money

fare_app = typer.Typer(
    help="Price journeys by GTFS-Fares v2, and check a feed.", no_args_is_help=True
)


Answer: TypeAlias = dict[str, Any]

FeedPath = Annotated[Path, typer.Argument(metavar="FEED", help="A GTFS feed: zip file or folder.")]
Categories = Annotated[
    list[str] | None,
    typer.Option(
        "--rider-category",
        help="A rider_category_id of the rider; may be repeated. Without it, the feed's default.",
    ),
]
Media = Annotated[
    list[str] | None,
    typer.Option(
        "--fare-media",
        help="A fare_media_id that the rider has; may be repeated. Without it, any.",
    ),
]
JourneyFile = Annotated[
    Path | None,
    typer.Option("--journey", help="A file with one journey, as JSON."),
]


@fare_app.command("price")
def price_journeys(
    *,
    feed: FeedPath,
    journey: JourneyFile = None,
    journeys: Annotated[
        Path | None,
        typer.Option("--journeys", help="A file with a JSON list of journeys, each priced alone."),
    ] = None,
    rider_category: Categories = None,
    fare_media: Media = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the answer as JSON, errors included.")
    ] = False,
) -> None:
    """Print the lowest fare of a journey, in all and with each fare medium."""
    path = journey or journeys
    if path is None or (journey and journeys):
        raise InvalidInputError(
            "journey_option",
            "Name one file of journeys.",
            remedy="Give either --journey FILE or --journeys FILE.",
        )
    try:
        known = read_feed(feed)
        table = FareTable(
            known, rider_category_ids=rider_category or (), fare_media_ids=fare_media or ()
        )
        documents = _read_json(path)
        if journeys is None:
            answers = [_priced(documents, table)]
        else:
            answers = [_answer(document, table) for document in _listed(documents, path)]
    except FaregateError as error:
        if as_json and journeys is None:
            _print_json(_error(error))
            raise typer.Exit(error.exit_code) from error
        raise
    if as_json:
        _print_json(answers if journeys else answers[0])
    else:
        for answer in answers:
            typer.echo(_told(answer))


@fare_app.command("explain")
def explain_journey(
    *,
    feed: FeedPath,
    journey: Annotated[Path, typer.Option("--journey", help="A file with one journey, as JSON.")],
    rider_category: Categories = None,
    fare_media: Media = None,
) -> None:
    """Tell which rule prices which leg, which rules were passed over, and why."""
    known = read_feed(feed)
    table = FareTable(
        known, rider_category_ids=rider_category or (), fare_media_ids=fare_media or ()
    )
    for line in explain(read_journey(_read_json(journey), known), table):
        typer.echo(line)


@fare_app.command("validate")
def validate(
    *,
    feed: FeedPath,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Name every defect of a feed's fares: file, line, field, rule, and what to do about it."""
    findings = validate_feed(feed)
    if as_json:
        rows = [
            {
                "severity": finding.severity.value,
                "code": finding.code,
                "file": finding.file,
                "line": finding.line,
                "field": finding.field,
                "message": finding.message,
                "rule": finding.rule,
                "remedy": finding.remedy,
            }
            for finding in findings
        ]
        _print_json({"valid": findings.valid, "findings": rows})
    else:
        for finding in findings:
            typer.echo(str(finding))
        typer.echo("The fares are valid." if findings.valid else "The fares are not valid.")
    if not findings.valid:
        raise typer.Exit(FaregateError.exit_code)


def _read_json(path: Path) -> object:
    try:
        document: object = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidInputError(
            "journey_file",
            f"{path} cannot be read: {error}.",
            remedy="Name a file with journeys as JSON.",
        ) from error
    return document


def _listed(document: object, path: Path) -> list[object]:
    if not isinstance(document, list):
        raise InvalidInputError(
            "journey_file", f"{path} holds no JSON list.", remedy="Put the journeys into [ ]."
        )
    return document


def _answer(document: object, table: FareTable) -> Answer:
    """Price one of several journeys: an error is an answer like any other."""
    try:
        return _priced(document, table)
    except InvalidInputError as error:
        return _error(error)


def _priced(document: object, table: FareTable) -> Answer:
    match price(read_journey(document, table.feed), table):
        case FareQuote() as quote:
            return _quote(quote)
        case FareUnknown() as unknown:
            return _unknown(unknown)
        case fare:
            assert_never(fare)


def _error(error: FaregateError) -> Answer:
    return {
        "status": "error",
        "code": error.code,
        "message": error.message,
        "remedy": error.remedy,
    }


def _quote(quote: FareQuote) -> Answer:
    legs: list[Answer] = []
    number = 1
    for leg in quote.legs:
        legs.append(_leg(leg, number))
        number += len(leg.legs)
    return {
        "status": "priced",
        "currency": quote.total.currency,
        "by_medium": {medium: _amount(money) for medium, money in quote.by_medium.items()},
        "total": _amount(quote.total),
        "legs": legs,
    }


def _leg(leg: PricedLeg, number: int) -> Answer:
    return {
        "legs": [number + offset for offset in range(len(leg.legs))],
        "from_stop_id": leg.legs[0].from_stop_id,
        "to_stop_id": leg.legs[-1].to_stop_id,
        "leg_group_id": leg.rule.leg_group_id,
        "fare_leg_rule_line": leg.rule.line,
        "fare_product_id": leg.product.fare_product_id,
        "rider_category_id": leg.product.rider_category_id,
        "fare_media_id": leg.fare_media_id,
        "amount": _amount(leg.amount),
        "transfer": None
        if leg.transfer is None
        else {
            "fare_transfer_rule_line": leg.transfer.rule.line,
            "fare_transfer_type": int(leg.transfer.rule.fare_transfer_type),
            "fare_product_id": leg.transfer.rule.fare_product_id,
            "amount": _amount(Money(leg.transfer.minor, leg.amount.currency)),
        },
    }


def _unknown(unknown: FareUnknown) -> Answer:
    return {
        "status": "unknown",
        "currency": None,
        "by_medium": {},
        "total": None,
        "legs": [],
        "reason": unknown.reason.value,
        "message": (
            f"No fare is known from {unknown.legs[0].from_stop_id}"
            f" to {unknown.legs[-1].to_stop_id}; faregate fare explain says why."
        ),
    }


def _amount(money: Money) -> str:
    return str(money.to_decimal())


def _print_json(value: Answer | list[Answer]) -> None:
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


def _told(answer: Mapping[str, Any]) -> str:
    match answer["status"]:
        case "priced":
            lines = [f"{answer['total']} {answer['currency']}"]
            lines += [
                f"  with {medium or 'any medium'}: {amount}"
                for medium, amount in answer["by_medium"].items()
            ]
            return "\n".join(lines)
        case status:
            return f"{status}: {answer['message']}"
