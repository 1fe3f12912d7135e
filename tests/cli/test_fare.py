"""`faregate fare` prices, explains and checks: what a script reads, and what a person reads."""

import json
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any, Final

import pytest
from typer.testing import CliRunner, Result

from fakes.fare_network import BASE, TRANSFERS
from fakes.fares_world import write_feed
from faregate.cli.fare import fare_app
from faregate.errors import InvalidInputError

LEG: Final = {
    "route_id": "m1",
    "from_stop_id": "harbour",
    "to_stop_id": "museum",
    "departure": "2026-03-02T10:00:00+00:00",
    "arrival": "2026-03-02T10:10:00+00:00",
}
BUS: Final = LEG | {
    "route_id": "b1",
    "departure": "2026-03-02T10:15:00+00:00",
    "arrival": "2026-03-02T10:25:00+00:00",
}
FERRY: Final = LEG | {"route_id": "f1"}
TABLES: Final = BASE | {
    "fare_media.txt": "fare_media_id,fare_media_name,fare_media_type\ncash,Cash,0\ncard,Card,2\n",
    "rider_categories.txt": (
        "rider_category_id,rider_category_name,is_default_fare_category\n"
        "adult,Adult,1\nchild,Child,0\n"
    ),
    "fare_products.txt": (
        "fare_product_id,rider_category_id,fare_media_id,amount,currency\n"
        "metro,,cash,3.00,EUR\nmetro,adult,card,2.50,EUR\nmetro,child,card,1.00,EUR\n"
        "bus,,,2.00,EUR\nchange,,,0.50,EUR\n"
    ),
    "fare_transfer_rules.txt": TRANSFERS + "M,B,,,,0,change\n",
}


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    """Give a feed with two media and two categories."""
    return write_feed(tmp_path / "feed", TABLES)


def file(folder: Path, content: object) -> str:
    """Write JSON into a file of a folder."""
    path = folder / "journey.json"
    path.write_text(json.dumps(content))
    return str(path)


def run(*arguments: str) -> Result:
    """Run one command of the noun, and raise nothing."""
    return CliRunner(env={"COLUMNS": "200"}).invoke(fare_app, arguments)


def priced(feed: Path, content: object, *options: str) -> tuple[int, Any]:
    """Price one journey as JSON: exit code and answer."""
    result = run("price", str(feed), "--journey", file(feed.parent, content), "--json", *options)
    return result.exit_code, json.loads(result.stdout)


def test_prices_a_journey_as_json(feed: Path) -> None:
    """The answer has the shape that the documentation promises."""
    code, answer = priced(feed, {"legs": [LEG, BUS]})
    assert code == 0
    legs = answer.pop("legs")
    assert answer == {
        "status": "priced",
        "currency": "EUR",
        "by_medium": {"cash": "3.50", "card": "3.00"},
        "total": "3.00",
    }
    assert [leg["amount"] for leg in legs] == ["2.50", "0.50"]
    assert [leg["legs"] for leg in legs] == [[1], [2]]
    assert legs[0]["fare_product_id"] == "metro"
    assert legs[0]["transfer"] is None
    assert legs[1]["transfer"] == {
        "fare_transfer_rule_line": 2,
        "fare_transfer_type": 0,
        "fare_product_id": "change",
        "amount": "0.50",
    }


@pytest.mark.parametrize(
    ("options", "by_medium"),
    [
        (["--rider-category", "child"], {"cash": "3.00", "card": "1.00"}),
        (["--fare-media", "cash"], {"cash": "3.00"}),
        (
            ["--rider-category", "child", "--rider-category", "adult", "--fare-media", "card"],
            {"card": "1.00"},
        ),
        (["--fare-media", "cash", "--fare-media", "card"], {"cash": "3.00", "card": "2.50"}),
    ],
    ids=["category", "medium", "two categories", "two media"],
)
def test_options_say_who_rides(options: list[str], by_medium: dict[str, str], feed: Path) -> None:
    """Several categories or media mean the cheapest among them."""
    code, answer = priced(feed, {"legs": [LEG]}, *options)
    assert (code, answer["by_medium"]) == (0, by_medium)
    assert answer["total"] == min(by_medium.values())


def test_without_media_the_key_is_empty(tmp_path: Path) -> None:
    """A feed that defines no media has one way to pay."""
    code, answer = priced(write_feed(tmp_path / "feed", dict(BASE)), {"legs": [LEG]})
    assert (code, answer["by_medium"]) == (0, {"": "3.00"})


def test_50_an_unknown_fare_is_no_error(feed: Path) -> None:
    """Status unknown, no amount anywhere, and exit code 0."""
    code, answer = priced(feed, {"legs": [LEG, FERRY]})
    assert code == 0
    assert answer["status"] == "unknown"
    assert (answer["total"], answer["by_medium"], answer["currency"]) == (None, {}, None)
    assert answer["reason"] == "no_rule"


@pytest.mark.parametrize(
    ("content", "options", "code"),
    [
        ({"legs": []}, [], "no_legs"),
        ({"legs": [LEG | {"route_id": "m9"}]}, [], "unknown_route"),
        ({"legs": [LEG | {"to_stop_id": "x"}]}, [], "unknown_stop"),
        ({"legs": [LEG | {"departure": None}]}, [], "missing_time"),
        ({"legs": [LEG]}, ["--rider-category", "dog"], "unknown_rider_category"),
        ({"legs": [LEG]}, ["--fare-media", "shells"], "unknown_fare_media"),
        ([LEG], [], "journey_shape"),
    ],
    ids=["legs", "route", "stop", "time", "category", "medium", "shape"],
)
def test_errors_are_answers_too(content: object, options: list[str], code: str, feed: Path) -> None:
    """As JSON on standard output, with a code and a message; a single journey exits 2."""
    exit_code, answer = priced(feed, content, *options)
    assert exit_code == 2
    assert (answer["status"], answer["code"]) == ("error", code)
    assert answer["message"]
    assert answer["remedy"]


def test_43_mixed_currencies_are_an_error(tmp_path: Path) -> None:
    """A journey is paid in one currency."""
    products = "fare_product_id,amount,currency\nmetro,3.00,EUR\nbus,2.00,CHF\n"
    feed = write_feed(tmp_path / "feed", BASE | {"fare_products.txt": products})
    code, answer = priced(feed, {"legs": [LEG, BUS]})
    assert (code, answer["code"]) == (2, "mixed_currencies")


def test_a_list_is_answered_by_a_list(feed: Path) -> None:
    """One error spoils no other journey."""
    content = [{"legs": [LEG]}, {"legs": []}, 7, {"legs": [FERRY]}, {"legs": [BUS]}]
    result = run("price", str(feed), "--journeys", file(feed.parent, content), "--json")
    assert result.exit_code == 0
    answers = json.loads(result.stdout)
    assert [one["status"] for one in answers] == ["priced", "error", "error", "unknown", "priced"]
    assert answers[4]["total"] == "2.00"


def test_an_empty_list_is_answered_by_an_empty_list(feed: Path) -> None:
    """Nothing asked, nothing answered."""
    result = run("price", str(feed), "--journeys", file(feed.parent, []), "--json")
    assert json.loads(result.stdout) == []


def test_a_person_reads_lines(feed: Path) -> None:
    """Without --json: the amount, each medium, and what is unknown."""
    content = [{"legs": [LEG]}, {"legs": [FERRY]}, {"legs": []}]
    result = run("price", str(feed), "--journeys", file(feed.parent, content))
    assert result.stdout.splitlines() == [
        "2.50 EUR",
        "  with cash: 3.00",
        "  with card: 2.50",
        "unknown: No fare is known from harbour to museum; faregate fare explain says why.",
        "error: The journey has no legs.",
    ]
    plain = write_feed(feed.parent / "plain", dict(BASE))
    result = run("price", str(plain), "--journey", file(feed.parent, {"legs": [LEG]}))
    assert result.stdout.splitlines() == ["3.00 EUR", "  with any medium: 3.00"]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ([], "journey_option"),
        (["--journey", "a.json", "--journeys", "b.json"], "journey_option"),
        (["--journey", "/absent.json"], "journey_file"),
        (["--journeys", "OBJECT"], "journey_file"),
        (["--journey", "TEXT"], "journey_file"),
        (["--journey", "EMPTY"], "no_legs"),
    ],
    ids=["none", "both", "absent", "no list", "no JSON", "no legs"],
)
def test_mistakes_of_a_person_are_raised(options: list[str], code: str, feed: Path) -> None:
    """The entry point prints them on one line, with what to do."""
    (feed.parent / "OBJECT").write_text("{}")
    (feed.parent / "TEXT").write_text("from harbour to museum")
    (feed.parent / "EMPTY").write_text('{"legs": []}')
    named = [str(feed.parent / name) if name.isupper() else name for name in options]
    result = run("price", str(feed), *named)
    assert isinstance(result.exception, InvalidInputError)
    assert result.exception.code == code


def test_a_feed_that_cannot_be_read_is_an_answer_too(tmp_path: Path) -> None:
    """With --json, a script never has to read standard error."""
    code, answer = priced(tmp_path / "absent", {"legs": [LEG]})
    assert (code, answer["status"]) == (2, "error")
    journeys = file(tmp_path, [{"legs": [LEG]}])
    result = run("price", str(tmp_path / "absent"), "--journeys", journeys, "--json")
    assert isinstance(result.exception, InvalidInputError)


def test_explains_a_journey(feed: Path) -> None:
    """Line by line, for the rider named by the options."""
    arguments = ("explain", str(feed), "--journey", file(feed.parent, {"legs": [LEG, BUS]}))
    lines = run(*arguments, "--rider-category", "child").stdout.splitlines()
    assert lines[0].startswith("Leg 1: harbour")
    assert "Total: 1.50 EUR" in lines
    assert "  with cash throughout: 3.50 EUR" in lines


def test_validates_a_feed(feed: Path) -> None:
    """A sound feed exits 0; a defect is named with its line, and exits 2."""
    assert run("validate", str(feed)).exit_code == 0
    assert run("validate", str(feed)).stdout.endswith("The fares are valid.\n")
    (feed / "fare_leg_rules.txt").write_text("network_id,fare_product_id\nmetro,gone\n")
    result = run("validate", str(feed))
    assert result.exit_code == 2
    assert "fare_leg_rules.txt line 2, fare_product_id" in result.stdout
    assert result.stdout.endswith("The fares are not valid.\n")
    found = json.loads(run("validate", str(feed), "--json").stdout)
    assert found["valid"] is False
    (finding,) = (one for one in found["findings"] if one["field"] == "fare_product_id")
    assert (finding["file"], finding["line"]) == ("fare_leg_rules.txt", 2)
    assert finding["rule"]
    assert finding["remedy"]


def test_needs_no_other_package(feed: Path) -> None:
    """It prices with every third-party package blocked but typer, rich and pydantic."""
    script = """
        import importlib.metadata, re, sys

        wanted, allowed = ["typer", "rich", "pydantic", "faregate"], set()
        while wanted:
            name = re.sub(r"[-_.]+", "-", wanted.pop()).lower()
            if name in allowed:
                continue
            allowed.add(name)
            if name != "faregate":
                for line in importlib.metadata.requires(name) or ():
                    if ";" not in line:  # not for another system, nor for an extra
                        wanted.append(re.match(r"[A-Za-z0-9._-]+", line).group())
        blocked = {
            module
            for module, owners in importlib.metadata.packages_distributions().items()
            if not any(re.sub(r"[-_.]+", "-", owner).lower() in allowed for owner in owners)
        }
        assert {"numpy", "sqlalchemy", "cryptography", "av"} <= blocked

        class Blocker:
            def find_spec(self, name, path=None, target=None):
                if name.partition(".")[0] in blocked:
                    raise ImportError(f"{name} is blocked")

        sys.meta_path.insert(0, Blocker())
        from faregate.cli.app import main
        main()
    """
    for arguments in (
        ["price", str(feed), "--journey", file(feed.parent, {"legs": [LEG]}), "--json"],
        ["explain", str(feed), "--journey", file(feed.parent, {"legs": [LEG]})],
        ["validate", str(feed)],
        ["--help"],
    ):
        finished = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(script), "fare", *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert finished.returncode == 0, finished.stderr
        assert finished.stdout
