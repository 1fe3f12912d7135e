"""Error rates of liveness: counted as ISO/IEC 30107-3 says, and how sure they are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.liveness_trials import drawn, silent, trial
from faregate.bench.intervals import proportion_interval
from faregate.bench.liveness_rates import CLIPS_MIN, liveness_rates, rate
from faregate.bench.liveness_trials import LIVE, Outcome


def test_counts_each_kind_by_itself() -> None:
    """Accepted attacks, refused living and silence each have their own rate."""
    trials = [
        *[trial(LIVE)] * 7,
        *[trial(LIVE, parallax=-2.0)] * 2,
        silent(LIVE),
        *[trial("print")] * 1,
        *[trial("print", parallax=-2.0)] * 2,
        silent("print"),
        *[trial("screen", parallax=None)] * 5,
    ]
    found = liveness_rates(trials)
    assert [(one.kind, one.apcer.events, one.apcer.trials) for one in found.kinds] == [
        ("print", 1, 4),
        ("screen", 0, 5),
    ]
    assert [(one.apnrr.events, one.responded) for one in found.kinds] == [(1, 3), (0, 5)]
    assert (found.bpcer.events, found.bpnrr.events, found.bpcer.trials) == (2, 1, 10)
    assert found.bpcer.interval == proportion_interval(2, 10)
    assert found.worst.kind == "print"


def test_of_kinds_never_accepted_the_one_with_fewer_clips_is_worst() -> None:
    """No error in few clips proves less than no error in many."""
    many, few = [trial("a", parallax=-3.0)] * 50, [trial("b", parallax=-3.0)] * 5
    trials = [trial(LIVE), *many, *few]
    assert liveness_rates(trials).worst.kind == "b"


def test_says_where_the_interval_decides() -> None:
    """With fewer than 300 clips of a kind no rate of 1 % can be shown."""
    few, enough = [trial("few")] * (CLIPS_MIN - 1), [trial("enough")] * CLIPS_MIN
    found = liveness_rates([trial(LIVE), *few, *enough])
    assert found.decided_by_interval == ("few", LIVE)


@pytest.mark.parametrize("kinds", [[LIVE], ["print"], []], ids=["live", "attacks", "nothing"])
def test_rates_need_both_sides(kinds: list[str]) -> None:
    """Without the living or without an attack there is nothing to weigh."""
    with pytest.raises(ValueError, match="rates need"):
        liveness_rates([trial(kind) for kind in kinds])


def test_a_judge_may_be_put_in_place_of_the_product() -> None:
    """The same clips can be judged anew without playing them again."""
    trials = [trial(LIVE), trial("print", parallax=-2.0)]
    found = liveness_rates(trials, lambda _: Outcome.LIVE)
    assert found.worst.apcer.value == 1.0


def test_clips_of_one_person_count_as_less() -> None:
    """All errors with one person of ten: the interval over people is wider than over clips."""
    people = np.repeat(np.arange(10), 20)
    found = rate(people == 0, people)
    assert (found.value, found.people, found.people_with_event) == (0.1, 10, 1)
    assert found.by_people.high > found.interval.high
    assert found.people_interval == proportion_interval(1, 10)


def test_no_event_is_not_certainty() -> None:
    """Drawing people anew finds no event where there was none; the interval still has a width."""
    found = rate(np.zeros(40, np.bool_), np.arange(40) % 8)
    assert found.by_people.high == proportion_interval(0, 8).high


@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=1, max_size=60),
)
def test_rates_lie_in_their_intervals(clips: list[tuple[bool, int]]) -> None:
    """Whatever happened to whom, the rate that was seen is not excluded."""
    happened, people = (np.array(column) for column in zip(*clips, strict=True))
    found = rate(happened, people)
    assert found.interval.low <= found.value <= found.interval.high <= found.not_above + 1.0
    assert found.people_with_event <= min(found.events, found.people)


def test_the_same_trials_give_the_same_figures() -> None:
    """The bootstrap draws the same people each time."""
    trials = drawn(["print", "screen"], seed=1)
    assert liveness_rates(trials) == liveness_rates(trials)
