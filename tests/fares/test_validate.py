"""Every defect of a feed is told with its place, its rule and what to do; good feeds have none."""

import shutil
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakes.fares_world import write_feed
from fakes.feed_texts import GOOD_FEED
from fakes.flawed_feeds import ERROR
from fakes.spoiled_feeds import ATTRIBUTES, FATAL, LEG_RULES, TRANSFER_RULES
from faregate.errors import InvalidInputError
from faregate.fares.findings import RULES, Severity
from faregate.fares.read_feed import read_feed
from faregate.fares.validate import validate_feed


def test_nothing_is_wrong_with_a_good_feed(tmp_path: Path) -> None:
    """Not even a note: what is spoiled below is the only defect there."""
    findings = validate_feed(write_feed(tmp_path, GOOD_FEED))
    assert (list(findings), findings.valid) == ([], True)


@pytest.mark.parametrize(("name", "text", "code", "where"), FATAL)
def test_no_fare_is_trusted(tmp_path: Path, name: str, text: str, code: str, where: str) -> None:
    """A good feed spoiled one way at a time: the validator tells it, and the reader refuses."""
    folder = write_feed(tmp_path, GOOD_FEED | {name: text})
    fatal = [row for row in validate_feed(folder) if row.severity is Severity.FATAL]
    assert [row.code for row in fatal if where in row.message] == [code], fatal
    with pytest.raises(InvalidInputError) as caught:
        read_feed(folder)
    assert caught.value.code in {row.code for row in fatal}


@pytest.mark.parametrize(("name", "text", "code", "where"), ERROR)
def test_the_reference_forbids_it_and_the_fare_is_clear(
    tmp_path: Path, name: str, text: str, code: str, where: str
) -> None:
    """The validator tells these, and the reader reads past them."""
    extra = {"fare_leg_join_rules.txt": ""} if name == "stops.txt" else {}
    extra |= {"fare_attributes.txt": ATTRIBUTES + "1,2.75,EUR,1,,,\n"}
    folder = write_feed(tmp_path, GOOD_FEED | extra | {name: text})
    findings = validate_feed(folder)
    told = [(row.severity, row.code) for row in findings if where in row.message]
    assert (told, findings.valid) == ([(Severity.ERROR, code)], False), list(findings)
    assert read_feed(folder).fare_leg_rules


@pytest.mark.parametrize(
    ("name", "text", "severity", "code"),
    [
        ("stops.txt", "stop_id\n", Severity.WARNING, "feed_file_missing"),
        (
            "stops.txt",
            'stop_id,stop_name\nharbour,"a\nb"\nmuseum,\n',
            Severity.WARNING,
            "feed_line_break",
        ),
        ("routes.txt", "route_id\n", Severity.WARNING, "feed_file_missing"),
        (
            "routes.txt",
            "route_id,network_id\nm1,metro\nb1,bus\n",
            Severity.WARNING,
            "feed_network_twice",
        ),
        (
            "stop_areas.txt",
            "area_id,stop_id\nA,museum\nB,museum\nA,museum\n",
            Severity.WARNING,
            "feed_duplicate",
        ),
        ("stop_areas.txt", "area_id,stop_id\nA,museum\n", Severity.WARNING, "feed_unused"),
        ("route_networks.txt", "network_id,route_id\nbus,b1\n", Severity.WARNING, "feed_unused"),
        (
            "fare_products.txt",
            GOOD_FEED["fare_products.txt"] + "x,,,,3,EUR\n",
            Severity.WARNING,
            "feed_amount_decimals",
        ),
        (
            "rider_categories.txt",
            "rider_category_id,rider_category_name\nadult,Adult\nchild,Child\n",
            Severity.WARNING,
            "feed_default_category",
        ),
        ("fare_leg_rules.txt", LEG_RULES, Severity.WARNING, "feed_file_missing"),
        (
            "fare_transfer_rules.txt",
            TRANSFER_RULES + "ride,,1,,,0,\n",
            Severity.WARNING,
            "feed_conditional",
        ),
        ("area_set_elements.txt", "area_set_id,area_id\n", Severity.NOTE, "feed_proposed"),
        (
            "fare_products.txt",
            "fare_product_id,amount,currency,transfer_only\nsingle,2.75,EUR,0\nchange,0.00,EUR,1\n",
            Severity.NOTE,
            "feed_proposed",
        ),
        (
            "fare_leg_rules.txt",
            "leg_group_id,fare_product_id,contains_exactly_area_set_id\nride,single,AB\n",
            Severity.NOTE,
            "feed_proposed",
        ),
        (
            "fare_transfer_rules.txt",
            "fare_transfer_type,filter_fare_product_id\n0,single\n",
            Severity.NOTE,
            "feed_proposed",
        ),
    ],
)
def test_what_is_legal_but_likely_not_meant(
    tmp_path: Path, name: str, text: str, severity: Severity, code: str
) -> None:
    """Warnings and notes: each is told, and none of them makes a feed invalid."""
    cut = {"fare_leg_join_rules.txt": "", "stop_areas.txt": ""} if name == "stops.txt" else {}
    cut |= {"route_networks.txt": ""} if text == "route_id\n" else {}
    cut |= {"fare_transfer_rules.txt": ""} if text == LEG_RULES else {}
    findings = validate_feed(write_feed(tmp_path, GOOD_FEED | cut | {name: text}))
    assert (severity, code) in {(row.severity, row.code) for row in findings}, list(findings)
    assert findings.valid, list(findings)


def test_text_that_is_not_utf_8_is_told_with_its_line(tmp_path: Path) -> None:
    """Latin-1 is told apart from a broken table."""
    folder = write_feed(tmp_path, GOOD_FEED)
    (folder / "stops.txt").write_bytes("stop_id,stop_name\nH,H\xe4fen\n".encode("latin-1"))
    assert "feed_encoding" in {row.code for row in validate_feed(folder)}


def test_a_finding_says_all_that_is_needed(tmp_path: Path) -> None:
    """File, line, field, what, rule, remedy and code, on one line."""
    folder = write_feed(tmp_path, GOOD_FEED | {"fare_media.txt": "fare_media_id\nface\n"})
    findings = validate_feed(folder)
    assert len(findings) == 1
    assert [str(row) for row in findings] == [
        (
            "error: fare_media.txt line 2, fare_media_type is empty."
            " A required field has a value in every row. Fill it in. [feed_field_missing]"
        )
    ]


def test_every_code_has_its_rule() -> None:
    """The tables above reach every code but the two of untidy archives, and no other."""
    told = {code for _, _, code, _ in FATAL + ERROR}
    quiet = {
        "feed_line_break",
        "feed_network_twice",
        "feed_unused",
        "feed_amount_decimals",
        "feed_proposed",
        "feed_nested",
        "feed_encoding",
    }
    assert told | quiet == set(RULES)


_CELLS: Final = st.one_of(
    st.text(max_size=12),
    st.text(alphabet='0123456789.:-+eE \t"', max_size=12),
    st.sampled_from(["harbour", "ride", "metro", "A", "single", "weekday", "EUR", "-1", "²", "٣"]),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_reader_refuses_exactly_what_the_validator_calls_fatal(
    tmp_path: Path, data: st.DataObject
) -> None:
    """Whatever stands in a cell, both come to an end, and they agree; nothing else is raised."""
    name = data.draw(st.sampled_from(sorted(GOOD_FEED)))
    lines = GOOD_FEED[name].splitlines()
    line = data.draw(st.integers(1, len(lines) - 1))
    cells = lines[line].split(",")
    cells[data.draw(st.integers(0, len(cells) - 1))] = data.draw(_CELLS)
    lines[line] = ",".join(cells)
    folder = write_feed(tmp_path, GOOD_FEED)
    (folder / name).write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))
    fatal = [row.code for row in validate_feed(folder) if row.severity is Severity.FATAL]
    with pytest.raises(InvalidInputError) if fatal else nullcontext() as caught:
        read_feed(folder)
    assert [caught.value.code] == fatal[:1] if caught else not fatal


_COMPLETION: Final = {
    # Tables that the published broken rows refer to, so that only the row meant is wrong.
    "agency.txt": "agency_id,agency_timezone\nBART,America/Los_Angeles\n",
    "stops.txt": "stop_id,zone_id\nLAKE,LAKE\n19TH,19TH\n12TH,12TH\n",
    "routes.txt": "route_id\n01\n03\n",
    "networks.txt": "network_id\nBA\n",
    "areas.txt": "area_id\ntest\n",
    "rider_categories.txt": "rider_category_id\nadult\n",
    "fare_media.txt": "fare_media_id,fare_media_type\nclipper,2\n",
    "fare_products.txt": "fare_product_id,amount,currency\nfree,0.00,USD\n",
    "fare_leg_rules.txt": "leg_group_id,fare_product_id\nBA,free\n",
    "fare_attributes.txt": ATTRIBUTES + "50,2.50,USD,1,,,\n",
}
_CODES: Final = {
    "InvalidReferenceError": "feed_reference",
    "InvalidFarezoneError": "feed_zone",
    "DuplicateIDError": "feed_duplicate",
    "DuplicateKeyError": "feed_duplicate",
    "ConditionallyRequiredFieldError": "feed_conditional",
    "AmbiguousRiderCategoryError": "feed_default_category",
}


def test_agrees_with_a_published_validator(test_data: Path, tmp_path: Path) -> None:
    """Every published broken row is told at its line with its error, and no other row."""
    seen = 0
    for number, (table, layer) in enumerate(_published_layers(test_data)):
        folder = write_feed(tmp_path / str(number), _COMPLETION)
        shutil.copytree(layer, folder, dirs_exist_ok=True)
        expected: set[tuple[int, str, str]] = set()
        lines = (layer / table).read_text().splitlines()
        at = lines[0].split(",").index("expect_error")
        for line, row in enumerate(lines, start=1):
            cells = row.split(",")
            error, _, field = (cells[at] if line > 1 and len(cells) > at else "").partition(":")
            if error:
                expected.add((line, _CODES[error], field))
        told = {
            (row.line, row.code, row.field)
            for row in validate_feed(folder)
            if row.file == table and row.severity in (Severity.FATAL, Severity.ERROR)
        }
        assert {(line, code) for line, code, _ in told} == {
            (line, code) for line, code, _ in expected
        }, layer.name
        fields = {field for _, _, field in expected} - {""}
        assert fields <= {field for _, _, field in told}, layer.name
        seen += len(expected)
    assert seen == 27


def _published_layers(test_data: Path) -> Iterator[tuple[str, Path]]:
    for layer in sorted((test_data / "fares/validator_layers/errors").iterdir()):
        for file in sorted(layer.glob("*.txt")):
            if "expect_error" in file.read_text().partition("\n")[0]:
                yield file.name, layer


@pytest.mark.parametrize(
    "name",
    [
        "feeds/metro_lisboa",
        "feeds/transcollines/GTFS",
        "feeds/ctran_flex",
        "nigiri/simple_fares",
        "nigiri/area_sets",
        "nigiri/no_fares",
    ],
)
def test_no_real_feed_is_rejected(test_data: Path, name: str) -> None:
    """Published feeds are valid; what is odd about them is a warning."""
    findings = validate_feed(test_data / "fares" / name)
    assert findings.valid, list(findings)
