"""One configuration file; every mistake in it is one clear line."""

from pathlib import Path

import pytest

from faregate.config import Config, load_config
from faregate.errors import ConfigurationError, FaregateError, MachineError
from faregate.face.capture import Zone


def write(folder: Path, text: str) -> Path:
    """Write a configuration file."""
    path = folder / "faregate.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_empty_file_is_all_defaults(tmp_path: Path) -> None:
    """Every setting has a default."""
    assert load_config(write(tmp_path, "")) == Config()


def test_reads_each_parts_own_type(tmp_path: Path) -> None:
    """A nested table becomes the policy type of the part that uses it."""
    config = load_config(
        write(tmp_path, "[gate]\nsimilarity_min = 0.6\n[gate.zone]\ninter_eye_min_px = 50\n")
    )
    assert config.gate.similarity_min == pytest.approx(0.6)
    assert config.gate.zone == Zone(inter_eye_min_px=50)


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("[gates]\n", "config_unknown_key", "At the top there is: gate, models."),
        ("[gate]\nsimilarity = 1\n", "config_unknown_key", "gate.similarity is not a setting"),
        ("[gate.zone]\nx = 1\n", "config_unknown_key", r"In \[gate.zone\] there is"),
        ("[models]\nthreads = 0\n", "config_value", "threads must be from 1 to 64"),
        ("[models]\nthreads = 'a'\n", "config_value", "models.threads"),
        ("[gate]\nzone = 1\n", "config_value", "gate.zone"),
        ("gate = \n", "config_syntax", "is not TOML"),
    ],
)
def test_says_what_is_wrong(tmp_path: Path, text: str, code: str, says: str) -> None:
    """Each mistake has its own code, and names the key and what to do."""
    with pytest.raises(ConfigurationError, match=says) as refused:
        load_config(write(tmp_path, text))
    assert refused.value.code == code


def test_missing_file(tmp_path: Path) -> None:
    """A file that is not there is the machine's fault, not a default."""
    with pytest.raises(MachineError, match="cannot be read") as refused:
        load_config(tmp_path / "none.toml")
    assert isinstance(refused.value, FaregateError)
    assert refused.value.exit_code == 2
