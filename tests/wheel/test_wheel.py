"""The installed package is whole. Run on the checkout it proves little; on the wheel, all."""

import importlib.metadata
import subprocess
from pathlib import Path

import faregate


def _files(package: Path) -> set[str]:
    return {
        path.relative_to(package).as_posix()
        for path in package.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }


def test_every_file_of_the_source_is_installed(repository: Path) -> None:
    """Pages, manifests, migrations and `py.typed` travel with the code, and nothing else does."""
    source = _files(repository / "src" / "faregate")
    assert "py.typed" in source
    assert _files(Path(faregate.__file__).parent) == source


def test_the_licence_travels_with_the_package() -> None:
    """Whoever has the wheel has its licence and those of what it uses."""
    metadata = importlib.metadata.metadata("faregate")
    assert metadata["License-Expression"] == "Apache-2.0"
    assert metadata.get_all("License-File") == ["LICENSE", "THIRD_PARTY.md"]


def test_the_command_is_installed(faregate_command: Path) -> None:
    """`faregate --help` answers, and names the demo."""
    finished = subprocess.run(
        [faregate_command, "--help"], capture_output=True, text=True, check=False, timeout=60
    )
    assert finished.returncode == 0
    assert "demo" in finished.stdout
