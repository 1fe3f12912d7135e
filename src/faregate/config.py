"""One TOML file, composed of each part's own policy type. Unknown keys are refused."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from types import UnionType
from typing import Any, Final, get_args, get_type_hints

from pydantic import TypeAdapter, ValidationError

from faregate.errors import ConfigurationError, MachineError
from faregate.face.capture import Zone

_BYTES_MAX: Final = 1024 * 1024
_THREADS_MAX: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelsSettings:
    """Which model pack sees: `[models]`."""

    pack: str = "auto"
    """A pack's name, or `auto`: `permissive-small` where it is installed, else `pip-offline`."""

    folder: Path | None = None
    """Where packs are installed; without it, the user's data folder."""

    threads: int = 1
    """Inference threads of one pipeline; a second lane gains more from a second process."""

    def __post_init__(self) -> None:
        if not 1 <= self.threads <= _THREADS_MAX:
            raise ValueError(f"threads must be from 1 to {_THREADS_MAX}, got {self.threads}")


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSettings:
    """What a gate line does other than its model pack's card says: `[gate]`."""

    similarity_min: float | None = None
    """Overrides the card's threshold; a lower one has a higher false match rate."""

    margin_min: float | None = None
    """Overrides the card's lead over the second best."""

    zone: Zone = field(default_factory=Zone)
    """`[gate.zone]`: where a face must be to be looked at at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """All settings; every one has a default that the demo runs with."""

    models: ModelsSettings = field(default_factory=ModelsSettings)
    gate: GateSettings = field(default_factory=GateSettings)


def load_config(path: Path) -> Config:
    """Read a TOML file.

    Raises `ConfigurationError` for text that is no TOML, an unknown key or a value that does not
    fit, `MachineError` for a file that cannot be read.
    """
    try:
        with path.open("rb") as file:
            text = file.read(_BYTES_MAX)
        tables = tomllib.loads(text.decode("utf-8"))
    except OSError as error:
        raise MachineError(
            "config_unreadable",
            f"The configuration {path} cannot be read: {error.strerror}.",
            remedy="Check the path and its permissions.",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            "config_syntax",
            f"{path} is not TOML: {error}.",
            remedy="Mend that line; https://toml.io shows the format.",
        ) from error
    _refuse_unknown(Config, tables, where="")
    try:
        return TypeAdapter(Config).validate_python(tables)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigurationError(
            "config_value",
            f"{path}: {where} does not fit: {first['msg']}.",
            remedy="docs/reference/configuration.md lists every setting with its range.",
        ) from error


def _refuse_unknown(section: type, table: Mapping[str, Any], *, where: str) -> None:
    known = {one.name for one in fields(section)}
    place = f"In [{where.rstrip('.')}]" if where else "At the top"
    for key, value in table.items():
        if key not in known:
            raise ConfigurationError(
                "config_unknown_key",
                f"{where}{key} is not a setting.",
                remedy=f"{place} there is: {', '.join(sorted(known))}.",
            )
        inner = _section_type(get_type_hints(section)[key])
        if inner is not None and isinstance(value, Mapping):
            _refuse_unknown(inner, value, where=f"{where}{key}.")


def _section_type(hint: object) -> type | None:
    candidates = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    return next((one for one in candidates if isinstance(one, type) and is_dataclass(one)), None)
