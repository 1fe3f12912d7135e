"""A feed is read whole, or the cell that is wrong is named."""

import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from fakes.fares_world import write_feed
from faregate.errors import InvalidInputError
from faregate.fares import read_feed as module
from faregate.fares.read_feed import read_feed
from faregate.money import Money

GOOD = {
    "agency.txt": "agency_name,agency_timezone\nMetro,Europe/Berlin\n",
    "stops.txt": (
        "stop_id,stop_name,parent_station,stop_timezone\n"
        "harbour,Harbour,,\nharbour-1,Harbour 1,harbour,\nmuseum,Museum,,Europe/London\n"
    ),
    "routes.txt": "route_id,route_type,network_id\nm1,1,metro\nb1,3,\n",
    "networks.txt": "network_id\nmetro\nbus\n",
    "route_networks.txt": "network_id,route_id\nbus,b1\n",
    "areas.txt": "area_id,area_name\nA,Inner\nB,Outer\n",
    "stop_areas.txt": "area_id,stop_id\nA,harbour\nB,museum\nA,museum\n",
    "fare_media.txt": "fare_media_id,fare_media_name,fare_media_type\nface,Face,0\n",
    "rider_categories.txt": "rider_category_id,rider_category_name\nadult,Adult\n",
    "fare_products.txt": (
        "fare_product_id,rider_category_id,fare_media_id,amount,currency\n"
        "single,adult,face,2.75,EUR\nsingle,,,3.00,EUR\n"
    ),
    "fare_leg_rules.txt": (
        "leg_group_id,network_id,from_area_id,to_area_id,fare_product_id\n"
        "g,metro,A,B,single\ng,,,,single\n"
    ),
}


def test_reads_a_folder(tmp_path: Path) -> None:
    """Every table arrives with its references resolved."""
    feed = read_feed(write_feed(tmp_path, GOOD))
    assert feed.agency_timezone == ZoneInfo("Europe/Berlin")
    assert feed.route_networks == {"m1": "metro", "b1": "bus"}
    assert feed.areas_of("museum") == {"A", "B"}
    assert [product.amount for product in feed.fare_products] == [
        Money(275, "EUR"),
        Money(300, "EUR"),
    ]
    assert [rule.line for rule in feed.fare_leg_rules] == [2, 3]


def test_reads_a_zip_with_byte_order_mark_and_blank_lines(tmp_path: Path) -> None:
    """What spreadsheets and publishers really write is read too."""
    with zipfile.ZipFile(tmp_path / "feed.zip", "w") as archive:
        for name, text in GOOD.items():
            if name == "rider_categories.txt":  # optional
                continue
            archive.writestr(name, "\ufeff" + text.replace("adult", "").replace("\n", "\r\n\r\n"))
    feed = read_feed(tmp_path / "feed.zip")
    assert feed.stops == read_feed(write_feed(tmp_path / "folder", GOOD)).stops
    assert [rule.line for rule in feed.fare_leg_rules] == [3, 5]


def test_a_platform_is_in_the_areas_of_its_station_unless_it_has_its_own(tmp_path: Path) -> None:
    """Areas go down from station to platform; an own assignment overrides."""
    assert read_feed(write_feed(tmp_path, GOOD)).areas_of("harbour-1") == {"A"}
    own = GOOD | {"stop_areas.txt": GOOD["stop_areas.txt"] + "B,harbour-1\n"}
    assert read_feed(write_feed(tmp_path, own)).areas_of("harbour-1") == {"B"}


def test_local_time_is_that_of_the_station(tmp_path: Path) -> None:
    """A platform takes the zone of its station; a stop without any takes the agency's."""
    stops = "stop_id,parent_station,stop_timezone\nS,,Asia/Tokyo\nP,S,Europe/London\nX,,\n"
    feed = read_feed(write_feed(tmp_path, GOOD | {"stops.txt": stops, "stop_areas.txt": ""}))
    zones = {stop_id: feed.timezone_of(stop_id).key for stop_id in feed.stops}
    assert zones == {"S": "Asia/Tokyo", "P": "Asia/Tokyo", "X": "Europe/Berlin"}


@pytest.mark.parametrize(
    ("name", "text", "code", "where"),
    [
        ("agency.txt", "", "feed_file_missing", "agency.txt"),
        ("fare_products.txt", "", "feed_file_missing", "fare_products.txt"),
        ("fare_leg_rules.txt", "fare_product_id\n", "feed_file_missing", "fare_leg_rules.txt"),
        ("agency.txt", "agency_timezone\n\n,\n", "feed_row", "agency.txt line 3"),
        ("agency.txt", "a,agency_timezone\nx,\n", "feed_field_missing", "line 2, agency_timezone"),
        ("agency.txt", "agency_timezone\nMars/Base\n", "feed_timezone", "line 2, agency_timezone"),
        ("agency.txt", "agency_timezone\n../x\n", "feed_timezone", "line 2, agency_timezone"),
        (
            "agency.txt",
            "agency_timezone\nEurope/Berlin\nEurope/Paris\n",
            "feed_timezone",
            "line 3, agency_timezone",
        ),
        ("stops.txt", "stop_id\nx\nx\n", "feed_duplicate", "stops.txt line 3, stop_id"),
        (
            "stops.txt",
            "stop_id,parent_station\nx,y\n",
            "feed_reference",
            "line 2, parent_station names 'y'",
        ),
        ("stops.txt", 'stop_id\n"x\n', "feed_csv", "stops.txt line"),
        ("networks.txt", "network_id\nm\nm\n", "feed_duplicate", "line 3, network_id"),
        (
            "route_networks.txt",
            "network_id,route_id\nbus,m1\n",
            "feed_duplicate",
            "route_networks.txt line 2, network_id",
        ),
        (
            "route_networks.txt",
            "network_id,route_id\nbus,b2\n",
            "feed_reference",
            "line 2, route_id",
        ),
        (
            "route_networks.txt",
            "network_id,route_id\nair,b1\n",
            "feed_reference",
            "line 2, network_id",
        ),
        ("stop_areas.txt", "area_id,stop_id\nC,museum\n", "feed_reference", "line 2, area_id"),
        ("stop_areas.txt", "area_id,stop_id\nA,zoo\n", "feed_reference", "line 2, stop_id"),
        (
            "fare_products.txt",
            "fare_product_id,amount,currency\nsingle,2,75,EUR\n",
            "feed_row",
            "fare_products.txt line 2",
        ),
        (
            "fare_products.txt",
            "fare_product_id,amount,currency\nsingle,1e2,EUR\n",
            "feed_amount",
            "line 2, amount",
        ),
        (
            "fare_products.txt",
            "fare_product_id,amount,currency\nsingle,2.755,EUR\n",
            "feed_amount",
            "line 2, amount",
        ),
        (
            "fare_products.txt",
            "fare_product_id,amount,currency\nsingle,2.75,eur\n",
            "currency_code",
            "line 2, currency",
        ),
        (
            "fare_products.txt",
            "fare_product_id,fare_media_id,amount,currency\nsingle,ring,2.75,EUR\n",
            "feed_reference",
            "line 2, fare_media_id",
        ),
        (
            "fare_products.txt",
            "fare_product_id,rider_category_id,amount,currency\nsingle,pet,2.75,EUR\n",
            "feed_reference",
            "line 2, rider_category_id",
        ),
        (
            "fare_products.txt",
            "fare_product_id,amount,currency\nsingle,2.75,EUR\nsingle,2.75,EUR\n",
            "feed_duplicate",
            "line 3, fare_product_id",
        ),
        (
            "fare_leg_rules.txt",
            "network_id,fare_product_id\nair,single\n",
            "feed_reference",
            "line 2, network_id",
        ),
        (
            "fare_leg_rules.txt",
            "fare_product_id\ndouble\n",
            "feed_reference",
            "line 2, fare_product_id",
        ),
        (
            "fare_leg_rules.txt",
            "from_area_id,fare_product_id\nC,single\n",
            "feed_reference",
            "line 2, from_area_id",
        ),
        (
            "fare_leg_rules.txt",
            "to_area_id,fare_product_id\nC,single\n",
            "feed_reference",
            "line 2, to_area_id",
        ),
        (
            "fare_leg_rules.txt",
            "fare_product_id,rule_priority\nsingle,high\n",
            "feed_priority",
            "line 2, rule_priority",
        ),
        (
            "fare_leg_rules.txt",
            "fare_product_id,from_timeframe_group_id\nsingle,peak\n",
            "feed_timeframes",
            "line 2, from_timeframe_group_id",
        ),
    ],
)
def test_names_the_cell_that_is_wrong(
    tmp_path: Path, name: str, text: str, code: str, where: str
) -> None:
    """A good feed spoiled one way at a time: code, file, line and field are told."""
    with pytest.raises(InvalidInputError) as caught:
        read_feed(write_feed(tmp_path, GOOD | {name: text}))
    assert (caught.value.code, where in caught.value.message) == (code, True), caught.value


def test_refuses_what_is_no_feed(tmp_path: Path) -> None:
    """A missing path and a file that is no zip give one clear error each."""
    (tmp_path / "notes.txt").write_text("not a feed")
    for path in (tmp_path / "missing.zip", tmp_path / "notes.txt"):
        with pytest.raises(InvalidInputError) as caught:
            read_feed(path)
        assert caught.value.code == "feed_unreadable"


def test_refuses_what_is_not_utf_8(tmp_path: Path) -> None:
    """Latin-1 is told apart from a broken table."""
    (write_feed(tmp_path, GOOD) / "stops.txt").write_bytes("stop_id\nH\xe4fen\n".encode("latin-1"))
    with pytest.raises(InvalidInputError) as caught:
        read_feed(tmp_path)
    assert caught.value.code == "feed_encoding"


def test_refuses_an_oversized_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file of a feed can fill the memory, packed or not."""
    with zipfile.ZipFile(tmp_path / "feed.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("agency.txt", "x" * 5000)
    monkeypatch.setattr(module, "_FILE_BYTES_MAX", 1000)
    with pytest.raises(InvalidInputError) as caught:
        read_feed(tmp_path / "feed.zip")
    assert caught.value.code == "feed_file_too_large"


_COMPLETION = {
    # Tables that the published broken rows refer to, so that only the row meant is wrong.
    "agency.txt": "agency_timezone\nAmerica/Los_Angeles\n",
    "stops.txt": "stop_id\nLAKE\n",
    "routes.txt": "route_id\n01\n03\n",
    "networks.txt": "network_id\nBA\n",
    "areas.txt": "area_id\ntest\n",
    "rider_categories.txt": "rider_category_id\nadult\n",
    "fare_media.txt": "fare_media_id\nclipper\n",
    "fare_products.txt": "fare_product_id,amount,currency\nfree,0,USD\n",
    "fare_leg_rules.txt": "fare_product_id\nfree\n",
}
_CODES = {
    "InvalidReferenceError": "feed_reference",
    "DuplicateIDError": "feed_duplicate",
    "DuplicateKeyError": "feed_duplicate",
}


def test_agrees_with_a_published_validator(test_data: Path, tmp_path: Path) -> None:
    """Every broken row of the tables read here raises the error that it is published with."""
    seen: list[str] = []
    for number, (table, layer) in enumerate(_published_layers(test_data)):
        for row in (layer / table).read_text().splitlines()[1:]:
            expected = row.rpartition(",")[2]
            if expected.partition(":")[0] not in _CODES:
                continue
            folder = write_feed(tmp_path / str(number), _COMPLETION)
            shutil.copytree(layer, folder, dirs_exist_ok=True)
            with pytest.raises(InvalidInputError) as caught:
                read_feed(folder)
            error, _, field = expected.partition(":")
            assert caught.value.code == _CODES[error], layer.name
            assert f", {field}" in caught.value.message or not field
            seen.append(layer.name)
    assert len(seen) == 13


def _published_layers(test_data: Path) -> Iterator[tuple[str, Path]]:
    for layer in sorted((test_data / "fares/validator_layers/errors").iterdir()):
        if layer.name.startswith(("fare_rules", "fare-rules", "fare_attributes", "fare_transfer")):
            continue  # tables that do not price a leg
        for file in sorted(layer.glob("*.txt")):
            if "expect_error" in file.read_text().partition("\n")[0]:
                yield file.name, layer


def test_reads_a_real_feed(test_data: Path) -> None:
    """A published metro feed is read; one priced by time of day is refused, not mispriced."""
    lisbon = read_feed(test_data / "fares/feeds/metro_lisboa")
    assert {product.amount for product in lisbon.fare_products} >= {Money(192, "EUR")}
    with pytest.raises(InvalidInputError) as caught:
        read_feed(test_data / "fares/feeds/transcollines/GTFS")
    assert caught.value.code == "feed_timeframes"
