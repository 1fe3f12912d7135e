"""Each zero of the report is a defect that was looked for: planted, it is found."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from fakes.demo_day import DemoDay, open_demo_day
from faregate.charging import day_close
from faregate.charging.account_close import AccountClose, close_account
from faregate.charging.day_store import DayStore
from faregate.consent.record_store import SealedRecordStore
from faregate.consent.tombstones import Tombstones
from faregate.demo.template_notes import UnsafeTemplateNotesWarning
from faregate.face.capture import CaptureRejected, FaceCapture
from faregate.face.challenge import Challenge, OnPrompt
from faregate.gate import decision, outbox
from faregate.gate.actuator import Direction
from faregate.gate.decision import AskForCard, CardReason
from faregate.gate.lane import Lane
from faregate.gate.line import Authorised, GateLine
from faregate.gate.outbox import SqliteOutbox
from faregate.gate.unsafe import UnsafeEvidenceWarning
from faregate.ids import LaneId
from faregate.ledger.ledger import post
from faregate.ledger.transfer import PostResult, Transfer, TransferId
from faregate.video.frame import Frame


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[DemoDay]:
    """Give a day that was not played yet."""
    with (
        pytest.warns(UnsafeEvidenceWarning),
        pytest.warns(UnsafeTemplateNotesWarning),
        open_demo_day(tmp_path) as opened,
    ):
        yield opened


def test_a_sound_day_has_nothing_wrong(demo: DemoDay) -> None:
    """With made-up faces too, every figure is what it must be."""
    report = demo.report()
    assert (report.wrong(), report.charges, report.opened) == ((), 4, 8)


# --- Defects -----------------------------------------------------------------------------------


def _nothing(*_: object, **__: object) -> None:
    """Do not do it."""


def _no_defects(*_: object) -> Iterator[CardReason]:
    return iter(())


def _writes_templates(demo: DemoDay, patch: pytest.MonkeyPatch) -> None:
    enrol = demo.faces.enrol

    def leak(
        frames: Iterable[Frame], *, challenge: Challenge, prompt: OnPrompt
    ) -> FaceCapture | CaptureRejected:
        capture = enrol(frames, challenge=challenge, prompt=prompt)
        assert isinstance(capture, FaceCapture)
        (demo.world.folder / "kiosk" / "debug").write_bytes(capture.template.vector.tobytes())
        return capture

    patch.setattr(demo.faces, "enrol", leak)


def _keeps_strangers(demo: DemoDay, patch: pytest.MonkeyPatch) -> None:
    answer = GateLine.answer

    def leak(
        line: GateLine, capture: FaceCapture, *, lane: LaneId, direction: Direction
    ) -> Authorised | AskForCard:
        note = demo.world.folder / "harbour" / "seen"
        note.write_text(f"{note.read_text() if note.exists() else ''}{capture.quality}\n")
        return answer(line, capture, lane=lane, direction=direction)

    patch.setattr(GateLine, "answer", leak)


def _opens_for_prints(_: DemoDay, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(decision, "_liveness_defects", _no_defects)


def _opens_for_anybody(_: DemoDay, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(decision, "_match_defects", _no_defects)


def _moves_without_telling(_: DemoDay, patch: pytest.MonkeyPatch) -> None:
    ask = Lane._without_face

    def open_too(lane: Lane, reason: CardReason) -> object:
        lane._command()
        return ask(lane, reason)

    patch.setattr(Lane, "_without_face", open_too)


def _ignores_stop(_: DemoDay, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(GateLine, "stop", _nothing)


def _looks_always(_: DemoDay, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(GateLine, "camera_may_open", lambda _: True)


def _books_twice(_: DemoDay, patch: pytest.MonkeyPatch) -> None:
    def close_twice(*arguments: Any, **terms: Any) -> AccountClose:  # noqa: ANN401 - passed on
        part = close_account(*arguments, **terms)
        return replace(part, booked=part.booked * 2)

    patch.setattr(day_close, "close_account", close_twice)


def _charges_the_ledger_twice(_: DemoDay, patch: pytest.MonkeyPatch) -> None:
    def post_twice(connection: Connection, transfer: Transfer) -> PostResult:
        again = replace(transfer, id=TransferId(f"{transfer.id}-2"), cause=f"{transfer.cause}-2")
        post(connection, again)
        return post(connection, transfer)

    patch.setattr(day_close, "post", post_twice)


def _loses_rides(demo: DemoDay, patch: pytest.MonkeyPatch) -> None:
    for gate in demo.world.gates.values():
        patch.setattr(gate.line.outbox, "pending", lambda *_, **__: ())


def _hands_out_no_receipts(_: DemoDay, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(day_close, "receipt_bundles", lambda *_, **__: ())


def _keeps_day_keys(_: DemoDay, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(DayStore, "destroy_key", _nothing)


def _keeps_the_outbox(_: DemoDay, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(SqliteOutbox, "settle", _nothing)


def _keeps_ended_consents(_: DemoDay, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(day_close, "forget_ended_consents", _nothing)


def _keeps_sealed_records(_: DemoDay, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(SealedRecordStore, "delete", _nothing)


def _keeps_deleted_bytes(_: DemoDay, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(outbox, "empty_log", lambda _: True)


def _forgets_who_withdrew(_: DemoDay, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Tombstones, "add_consents", _nothing)


@pytest.mark.parametrize(
    ("plant", "found"),
    [
        (_writes_templates, "templates_at_rest_clear"),
        (_keeps_strangers, "files_changed_by_refused"),
        (_opens_for_prints, "prints_opened"),
        (_opens_for_anybody, "strangers_opened"),
        (_moves_without_telling, "strangers_opened"),
        (_ignores_stop, "stopped_opened camera_opens_idle"),
        (_looks_always, "camera_opens_idle"),
        (_books_twice, "duplicate_charges"),
        (_charges_the_ledger_twice, "charged_minor"),
        (_loses_rides, "charges"),
        (_hands_out_no_receipts, "receipts_minor"),
        (_keeps_day_keys, "ride_details_after_close"),
        (_keeps_the_outbox, "ride_details_after_close"),
        (_keeps_ended_consents, "rows_after_withdrawal"),
        (_keeps_sealed_records, "rows_after_withdrawal"),
        (_keeps_deleted_bytes, "rows_after_withdrawal"),
        (_forgets_who_withdrew, "withdrawn_ids_kept unlocked_after_withdrawal"),
    ],
)
def test_a_planted_defect_is_found(
    demo: DemoDay,
    monkeypatch: pytest.MonkeyPatch,
    plant: Callable[[DemoDay, pytest.MonkeyPatch], None],
    found: str,
) -> None:
    """The day with one part broken has those figures among the wrong ones."""
    plant(demo, monkeypatch)
    assert set(found.split()) <= set(demo.report().wrong())
