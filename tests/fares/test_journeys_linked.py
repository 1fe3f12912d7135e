"""Which stays one journey is made of: interchanges, re-entries, bands, open gates."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.gate_network import at, taps, told
from fakes.journey_stories import (
    BANDS,
    EMERGENCY,
    MINUTE,
    ON_FOOT,
    SEOUL,
    TIMES,
    disruption,
    journeys,
)
from faregate.fares.journey_rules import JourneyRules, SameStationBand, SameStationCharge
from faregate.fares.journeys import Tap


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        pytest.param(
            "08:00>centre 08:01:59<centre",
            ["same_station_maximum 08:00centre 08:01centre"],
            id="19 turns round at once",
        ),
        pytest.param(
            "08:00>centre 08:02<centre",
            ["same_station_minimum 08:00centre 08:02centre"],
            id="19 two minutes are the next band",
        ),
        pytest.param(
            "08:00>wood 08:10<wood-west",
            ["same_station_minimum 08:00wood 08:10wood-west"],
            id="19 out at another gate of the station",
        ),
        pytest.param(
            "08:00>centre 08:30<centre",
            ["exit_missing 08:00centre", "entry_missing 08:30centre"],
            id="19 long enough for a ride there and back",
        ),
    ],
)
def test_leaving_where_one_came_in(story: str, expected: list[str]) -> None:
    """The band of the stay says what it is."""
    assert told(journeys(taps(story), JourneyRules(same_station=BANDS))) == expected


def test_a_free_band_and_none() -> None:
    """19: a network may let riders out again for nothing; without bands it is a leg."""
    story = taps("08:00>centre 08:01<centre")
    band = SameStationBand(below=5 * MINUTE, charge=SameStationCharge.FREE)
    (free,) = journeys(story, JourneyRules(same_station=(band,)))
    (plain,) = journeys(story, JourneyRules())
    assert (free.status.value, plain.status.value) == ("not_travelled", "complete")


@pytest.mark.parametrize(
    ("rules", "story", "expected"),
    [
        pytest.param(
            SEOUL,
            "08:00>centre 08:20<park 08:35>park 08:50<wood",
            ["complete 08:00centre 08:20park 08:35park 08:50wood"],
            id="20 back on the last minute",
        ),
        pytest.param(
            SEOUL,
            "08:00>centre 08:20<park 08:35:01>park 08:50<wood",
            ["complete 08:00centre 08:20park", "complete 08:35park 08:50wood"],
            id="20 back too late",
        ),
        pytest.param(
            SEOUL,
            "08:00>centre 08:10<park 08:12>park 08:20<cross 08:22>cross 08:40<wood",
            [
                "complete 08:00centre 08:10park 08:12park 08:20cross",
                "complete 08:22cross 08:40wood",
            ],
            id="20 once in a journey",
        ),
        pytest.param(
            SEOUL,
            "08:00>centre 08:20<park 08:25>park/ring 08:50<wood/ring",
            ["complete 08:00centre 08:20park", "complete 08:25park 08:50wood"],
            id="20 not on another network",
        ),
        pytest.param(
            SEOUL,
            "08:00>centre 08:05<centre 08:09>centre",
            ["exit_missing 08:00centre 08:05centre 08:09centre"],
            id="20 back in and never out",
        ),
        pytest.param(
            ON_FOOT,
            "08:00>centre 08:20<cross 09:00>park 09:20<wood",
            ["complete 08:00centre 08:20cross 09:00park 09:20wood"],
            id="21 forty minutes this way",
        ),
        pytest.param(
            ON_FOOT,
            "08:00>centre 08:20<park 08:40:01>cross 09:00<wood",
            ["complete 08:00centre 08:20park", "complete 08:40cross 09:00wood"],
            id="21 twenty minutes back",
        ),
        pytest.param(
            ON_FOOT,
            "08:00>centre 08:20<park 08:40>cross 09:00<wood",
            ["complete 08:00centre 08:20park 08:40cross 09:00wood"],
            id="21 exactly twenty minutes back",
        ),
        pytest.param(
            ON_FOOT,
            "08:00>centre 09:00<cross 09:10>park 09:31<wood",
            ["complete 08:00centre 09:00cross", "complete 09:10park 09:31wood"],
            id="21, 23 together over the longest journey",
        ),
        pytest.param(
            EMERGENCY,
            "08:00>centre 08:59<wood 09:10>wood 09:20<park",
            ["complete 08:00centre 08:59wood 09:10wood 09:20park"],
            id="22 left while it was live",
        ),
        pytest.param(
            EMERGENCY,
            "07:30>centre 07:50<wood 08:00>cross 08:20<park",
            ["complete 07:30centre 07:50wood 08:00cross 08:20park"],
            id="22 set live before they came back",
        ),
        pytest.param(
            EMERGENCY,
            "08:30>centre 09:00<wood 09:01>cross 09:20<park",
            ["complete 08:30centre 09:00wood", "complete 09:01cross 09:20park"],
            id="22 over",
        ),
        pytest.param(
            EMERGENCY,
            "07:30>centre 08:00<wood 08:31>cross 08:40<park",
            ["complete 07:30centre 08:00wood", "complete 08:31cross 08:40park"],
            id="22 too long on the way",
        ),
        pytest.param(
            TIMES,
            "08:00>centre 08:30<park",
            ["complete 08:00centre 08:30park"],
            id="23 exactly the longest",
        ),
        pytest.param(
            TIMES,
            "08:00>centre 08:30:01<park",
            ["exit_missing 08:00centre", "entry_missing 08:30park"],
            id="23 a second over: two maximum fares",
        ),
        pytest.param(
            TIMES,
            "08:00>centre 08:40<wood",
            ["complete 08:00centre 08:40wood"],
            id="23 no row for the zones",
        ),
        pytest.param(
            JourneyRules(),
            "08:00>centre 08:10|cross 08:30<wood",
            ["complete 08:00centre 08:10cross 08:30wood"],
            id="24 a reader on the way",
        ),
        pytest.param(
            JourneyRules(),
            "08:10|cross 08:20>centre 08:30<wood",
            ["complete 08:20centre 08:30wood"],
            id="24 a reader on no way",
        ),
        pytest.param(
            disruption("exit_free", "wood"),
            "08:30>centre",
            ["exit_assumed 08:30centre"],
            id="26, 27 evacuated: out is completed",
        ),
        pytest.param(
            disruption("entry_free", "wood"),
            "08:30<centre",
            ["entry_assumed 08:30centre"],
            id="26, 27 open gates: in is completed",
        ),
        pytest.param(
            disruption("emergency", "wood"),
            "07:30>centre 09:10<park 09:15<cross",
            ["exit_assumed 07:30centre", "entry_assumed 09:10park", "entry_assumed 09:15cross"],
            id="27 emergency is open both ways",
        ),
        pytest.param(
            disruption("exit_free", "wood", ends="08:10"),
            "08:10>centre",
            ["exit_missing 08:10centre"],
            id="27 shut again before they came in",
        ),
        pytest.param(
            disruption("entry_free", "wood"),
            "08:30>centre",
            ["exit_missing 08:30centre"],
            id="27 open the other way",
        ),
        pytest.param(
            disruption("time_free", "wood", ends="12:00"),
            "08:00>centre 11:59<wood",
            ["complete 08:00centre 11:59wood"],
            id="27 no journey is too long",
        ),
        pytest.param(
            disruption("emergency", "centre"),
            "08:00>centre 08:20<centre",
            ["not_travelled 08:00centre 08:20centre"],
            id="26 sent out again",
        ),
        pytest.param(
            JourneyRules(),
            "08:00>centre 08:01>wood 08:20<park",
            ["exit_missing 08:00centre", "complete 08:01wood 08:20park"],
            id="28 in at two stations that were offline",
        ),
        pytest.param(
            JourneyRules(transfer_within=30 * MINUTE),
            "08:00>centre 08:20<cross 08:50>park 09:00<wood 09:31>wood 09:40<park",
            ["complete 08:00centre 08:20cross 08:50park 09:00wood", "complete 09:31wood 09:40park"],
            id="transfers make legs of one journey",
        ),
    ],
)
def test_links(rules: JourneyRules, story: str, expected: list[str]) -> None:
    """Each story becomes the journeys that the rules make of it, however it was delivered."""
    told_taps = taps(story)
    assert told(journeys(told_taps, rules)) == expected
    assert told(journeys(told_taps[::-1] * 2, rules)) == expected


def test_a_tap_without_an_offset_is_refused() -> None:
    """No time of day is guessed to be anywhere's."""
    (tap,) = taps("08:00>centre")
    with pytest.raises(ValueError, match="no offset"):
        replace(tap, at=tap.at.replace(tzinfo=None))


def test_stretches() -> None:
    """24: a reader on the way cuts the journey; an interchange does not, a transfer does."""
    (read,) = journeys(taps("08:00>centre 08:10|cross 08:30<wood"), JourneyRules())
    (walked,) = journeys(taps("08:00>centre 08:20<cross 08:30>park 08:40<wood"), ON_FOOT)
    (changed,) = journeys(
        taps("08:00>centre 08:20<cross 08:30>park 08:40<wood"),
        JourneyRules(transfer_within=30 * MINUTE),
    )
    assert [
        [(one.first.stop_id, one.last.stop_id) for one in journey.stretches]
        for journey in (read, walked, changed)
    ] == [
        [("centre", "cross"), ("cross", "wood")],
        [("centre", "wood")],
        [("centre", "cross"), ("park", "wood")],
    ]


def test_29_companions_have_journeys_of_their_own() -> None:
    """29: one account pays for two; their taps are never mixed."""
    both = taps("08:00>centre 08:20<wood") + taps("08:00>centre 08:25<park", companion=1)
    assert sorted(told(journeys(both, JourneyRules()))) == [
        "complete 08:00centre 08:20wood",
        "complete 08:00centre 08:25park",
    ]


def test_25_face_and_card_of_one_account_are_one_journey() -> None:
    """25: in by face, out by card; of two accounts each has a half."""
    face, card = taps("08:00>centre 08:20<wood")
    assert told(journeys([card, face], JourneyRules())) == ["complete 08:00centre 08:20wood"]
    assert told([*journeys([face], JourneyRules()), *journeys([card], JourneyRules())]) == [
        "exit_missing 08:00centre",
        "entry_missing 08:20wood",
    ]


@pytest.mark.parametrize(
    ("story", "day", "travel_day"),
    [
        pytest.param("23:50>centre 00:20<park", "2026-03-02", "2026-03-02", id="31 over midnight"),
        pytest.param("04:29:59>centre", "2026-03-03", "2026-03-02", id="32 before 04:30"),
        pytest.param("04:30>centre", "2026-03-03", "2026-03-03", id="32 at 04:30"),
    ],
)
def test_travel_day(story: str, day: str, travel_day: str) -> None:
    """A journey belongs to the travel day of its first tap."""
    first, *rest = taps(story, day)
    later = [replace(tap, at=tap.at + timedelta(days=1)) for tap in rest]
    (journey,) = journeys([first, *later], JourneyRules())
    assert journey.travel_day == date.fromisoformat(travel_day)


@pytest.mark.parametrize(
    ("begins", "ends", "statuses"),
    [
        pytest.param(
            at("01:30", "2026-03-29"),
            at("03:59", "2026-03-29"),
            ["complete"],
            id="33 gap: 89 minutes",
        ),
        pytest.param(
            at("01:30", "2026-10-25"),
            at("02:31", "2026-10-25").replace(fold=1),
            ["exit_missing", "entry_missing"],
            id="33 fold: 02:31 for the second time",
        ),
    ],
)
def test_clock_change(begins: datetime, ends: datetime, statuses: list[str]) -> None:
    """The length of a journey is what elapsed, not what the wall clock shows."""
    first, last = taps("08:00>centre 08:20<park")
    found = journeys([replace(last, at=ends), replace(first, at=begins)], JourneyRules())
    assert [one.status.value for one in found] == statuses


stories = st.lists(
    st.tuples(
        st.integers(0, 600),
        st.sampled_from("<>|"),
        st.sampled_from(["centre", "cross", "park", "wood"]),
        st.sampled_from([0, 0, 1]),
    ),
    max_size=10,
    unique=True,
).map(
    lambda told_taps: [
        tap
        for minute, sign, stop_id, companion in told_taps
        for tap in taps(
            f"{8 + minute // 60:02}:{minute % 60:02}{sign}{stop_id}", companion=companion
        )
    ]
)
every_rule = JourneyRules(
    times=TIMES.times,
    interchanges=ON_FOOT.interchanges,
    emergencies=EMERGENCY.emergencies,
    re_entry=SEOUL.re_entry,
    same_station=BANDS,
    disruptions=disruption("emergency", "wood", starts="10:00", ends="11:00").disruptions,
    transfer_within=10 * MINUTE,
)


@given(stories, st.randoms(use_true_random=False), st.integers(0, 10))
def test_any_order_and_repetition(told_taps: list[Tap], random: Random, repeated: int) -> None:
    """3: permutation and duplication of taps change no journey, under all rules at once."""
    shuffled = told_taps + told_taps[:repeated]
    random.shuffle(shuffled)
    assert journeys(shuffled, every_rule) == journeys(told_taps, every_rule)


@given(stories)
def test_no_tap_is_lost_or_used_twice(told_taps: list[Tap]) -> None:
    """Every entry and exit is in exactly one journey."""
    used = [tap.passage_id for one in journeys(told_taps, every_rule) for tap in one.taps]
    ends = {tap.passage_id for tap in told_taps if tap.direction.value != "intermediate"}
    assert len(used) == len(set(used))
    assert ends <= set(used)
