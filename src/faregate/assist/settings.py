"""What a site may set for help detection, read from TOML: `[watch]`, `[rate]`, `[pose]`.

Times are in seconds, as `fallen_after_s`; every key may be left out.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from typing import Any, Final

from faregate.assist.movenet import Tiles
from faregate.assist.policy import WatchPolicy
from faregate.assist.rate_control import RatePolicy
from faregate.errors import ConfigurationError, FaregateError

_BYTES_MAX: Final = 1 << 16
_NUMBER_MAX: Final = 1e6
"""Larger than any sensible setting; each type has its own range below that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoseSettings:
    """How large the pose network's input is, and how a wide picture is cut."""

    side: int = 320
    """Longer side in px, a multiple of 32. At 320 and a score of 0.15 all lying people of three
    scenes were found, at 256 between 89 and 100 %."""
    columns: int = 1
    rows: int = 1

    @property
    def tiles(self) -> Tiles:
        """How the picture is cut. Raises `InvalidInputError` for too many tiles."""
        return Tiles(self.columns, self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssistSettings:
    """All that a site may set, beside its zones."""

    watch: WatchPolicy = field(default_factory=WatchPolicy)
    rate: RatePolicy = field(default_factory=RatePolicy)
    pose: PoseSettings = field(default_factory=PoseSettings)


def parse_settings(text: str, *, origin: str) -> AssistSettings:
    """Read settings. Unknown keys are refused; raises `ConfigurationError` naming the key."""
    if len(text) > _BYTES_MAX:
        raise _wrong(f"{origin} is too long", "Shorten it.")
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:  # tables in tables in tables
        raise _wrong(f"{origin} is not TOML: {error}", "Correct that line.") from error
    tables = {name: _table(document, name, origin) for name in ("watch", "rate", "pose")}
    if unknown := sorted(set(document) - set(tables)):
        raise _wrong(f"{origin}: {unknown[0]} is no table of this file", "Remove it.")
    pose = _checked(tables["pose"], {one.name: int for one in fields(PoseSettings)}, origin)
    settings = AssistSettings(
        watch=WatchPolicy(**_given(WatchPolicy(), tables["watch"], origin)),
        rate=RatePolicy(**_given(RatePolicy(), tables["rate"], origin)),
        pose=PoseSettings(**pose),
    )
    try:
        _ = settings.pose.tiles
    except FaregateError as error:
        raise _wrong(f"{origin}: pose: {error.message}", error.remedy) from error
    return settings


def _table(document: Mapping[str, Any], name: str, origin: str) -> Mapping[str, Any]:
    table = document.get(name, {})
    if not isinstance(table, dict):
        raise _wrong(f"{origin}: {name} is no table", f"Write it as [{name}].")
    return table


def _given(defaults: WatchPolicy | RatePolicy, table: Mapping[str, Any], origin: str) -> Any:  # noqa: ANN401 - arguments of differing types
    """Give the arguments of a policy; a field that is a time is a key in seconds."""
    times = {
        f"{one.name}_s": one.name
        for one in fields(defaults)
        if isinstance(getattr(defaults, one.name), timedelta)
    }
    numbers = {one.name for one in fields(defaults)} - set(times.values())
    given = _checked(table, dict.fromkeys([*times, *numbers], float), origin)
    return {
        times.get(key, key): timedelta(seconds=value) if key in times else value
        for key, value in given.items()
    }


def _checked(
    table: Mapping[str, Any], known: Mapping[str, type[int] | type[float]], origin: str
) -> dict[str, Any]:
    checked = {}
    for key, value in table.items():
        if key not in known:
            raise _wrong(
                f"{origin}: {key} is no setting", f"Choose one of: {', '.join(sorted(known))}."
            )
        number = isinstance(value, int | float) and not isinstance(value, bool)
        whole = isinstance(value, int) or known[key] is float
        # TOML has inf and nan, which compare with nothing.
        if not number or not whole or not abs(value) <= _NUMBER_MAX:
            raise _wrong(f"{origin}: {key} is not a number that fits", "Correct it.")
        checked[key] = known[key](value)
    return checked


def _wrong(message: str, remedy: str) -> ConfigurationError:
    return ConfigurationError("assist_settings", f"{message}.", remedy=remedy)
