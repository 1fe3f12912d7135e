"""The demo's page: what it serves, to whom, and what it looks like in a browser."""

import json
import socket
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import sync_playwright

from faregate.demo.page import PageServer
from faregate.demo.stage import Figure, LaneView, MoneyRow, Stage, StoredRow, Tone
from faregate.errors import MachineError
from faregate.ids import LineId

MORNING = datetime(2026, 5, 4, 6, 12, tzinfo=UTC)


@pytest.fixture
def stage() -> Stage:
    """Give a stage with one lane and one of everything on it."""
    stage = Stage(zone=ZoneInfo("Europe/Berlin"))
    stage.set_programme(
        ["Enrolment", "Travel"], [LaneView(line="harbour", place="Harbour", way="entry")]
    )
    stage.begin_chapter(2, "Rider A walks up to the gate.")
    stage.tell(MORNING, "The gate opened.", Tone.GOOD)
    stage.show_money([MoneyRow("Rider A", "2.75 EUR held", "0.00 EUR")])
    stage.show_stored("Rider A", [StoredRow("Office", "Sealed template", "Rider A alone", 1)])
    return stage


@pytest.fixture
def page(stage: Stage) -> Iterator[str]:
    """Serve the page on a free port; give its address."""
    with PageServer(stage, port=0) as server:
        yield server.address


@pytest.mark.enable_socket
def test_serves_the_scene(page: str) -> None:
    """The scene is JSON with the local time of the station."""
    with urllib.request.urlopen(f"{page}scene", timeout=10) as answer:  # noqa: S310 - localhost
        scene = json.load(answer)
    assert scene["clock"] == "Mon 08:12"
    assert scene["story"] == [{"at": "Mon 08:12", "text": "The gate opened.", "tone": "good"}]
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.enable_socket
def test_answers_to_localhost_only(page: str) -> None:
    """A foreign host name gets nothing, so no web site can read the page by rebinding its name."""
    connection = HTTPConnection(page.removeprefix("http://").rstrip("/"), timeout=10)
    connection.request("GET", "/scene", headers={"Host": "attacker.example"})
    with closing(connection), connection.getresponse() as answer:
        assert answer.status == 400


@pytest.mark.enable_socket
def test_says_which_port_is_taken(stage: Stage) -> None:
    """A taken port is one line with what to do, before anything is played."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(MachineError, match=f"Port {port} .* cannot be used"):
            PageServer(stage, port=port)


@pytest.mark.browser
@pytest.mark.enable_socket
@pytest.mark.parametrize("width", [390, 1280], ids=["phone", "desktop"])
def test_shows_the_day_live(stage: Stage, page: str, chromium: Path, width: int) -> None:
    """A browser shows lanes, money, stores and story, and follows the day without a reload."""
    problems: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(chromium), args=["--no-sandbox", "--disable-background-networking"]
        )
        view = browser.new_page(viewport={"width": width, "height": 900})
        view.on("console", lambda message: problems.append(message.text))
        view.on("pageerror", lambda error: problems.append(str(error)))
        view.goto(page)
        view.get_by_text("The gate opened.").wait_for()
        assert view.get_by_text("camera off").count() == 1
        assert view.get_by_text("2.75 EUR held").count() == 1
        assert view.get_by_text("Sealed template").count() == 1
        assert view.evaluate("document.documentElement.scrollWidth") <= width
        opened = LaneView(
            line="harbour",
            place="Harbour",
            way="entry",
            camera_open=True,
            in_front="Rider A",
            unlocked=1,
        )
        stage.show_lane(opened)
        view.get_by_text("camera on").wait_for()
        assert stage.lane(LineId("harbour")) == opened
        stage.finish([Figure(label="Strangers let in", value="0", right=True)])
        view.get_by_text("Every figure is what it must be.").wait_for()
        assert view.locator("img").count() == 0
        browser.close()
    assert problems == []
