"""Settings are read strictly; times are in seconds."""

from datetime import timedelta

import pytest

from faregate.assist.settings import AssistSettings, parse_settings
from faregate.errors import ConfigurationError

SETTINGS = """
[watch]
fallen_after_s = 8
told_every_s = 2.5

[rate]
fps_max = 4

[pose]
side = 256
columns = 2
"""


def test_a_good_file_is_read() -> None:
    """What is left out has its default."""
    settings = parse_settings(SETTINGS, origin="policy.toml")
    assert settings.watch.fallen_after == timedelta(seconds=8)
    assert settings.watch.told_every == timedelta(seconds=2.5)
    assert settings.watch.still_after == AssistSettings().watch.still_after
    assert (settings.rate.fps_min, settings.rate.fps_max) == (1.0, 4.0)
    assert (settings.pose.side, len(settings.pose.tiles.boxes())) == (256, 3)
    assert parse_settings("", origin="empty") == AssistSettings()


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("fallen_after_s = 8", "fallen_after = 8", "fallen_after is no setting"),
        ("fallen_after_s = 8", "fallen_after_s = 0", "fallen_after"),
        ("fallen_after_s = 8", 'fallen_after_s = "8"', "not a number"),
        ("fallen_after_s = 8", "fallen_after_s = true", "not a number"),
        ("fallen_after_s = 8", "fallen_after_s = nan", "not a number"),
        ("fallen_after_s = 8", "fallen_after_s = inf", "not a number"),
        ("fallen_after_s = 8", "fallen_after_s = -1e300", "not a number"),
        ("fps_max = 4", "fps_max = 0.5", "range from 1 up"),
        ("fps_max = 4", "fps_max = inf", "not a number"),
        ("side = 256", "side = 256.5", "not a number"),
        ("columns = 2", "columns = 99", "tiles"),
        ("[pose]", "[poses]", "poses is no table"),
        ("[watch]\n", "watch = 3\n[other]\n", "no table"),
        ("[rate]", "[rate", "not TOML"),
        ("[rate]", "deep = " + "[" * 5_000, "not TOML"),
        ("[watch]", "#" * 70_000, "too long"),
    ],
)
def test_a_spoiled_file_is_refused(before: str, after: str, message: str) -> None:
    """One defect at a time, named."""
    assert before in SETTINGS
    with pytest.raises(ConfigurationError, match=message):
        parse_settings(SETTINGS.replace(before, after, 1), origin="policy.toml")
