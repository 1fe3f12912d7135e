"""Installing is all or nothing, and trusts nothing but the manifest's digests."""

import http.server
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from fakes.own_pack import CONTENTS, PACK, put_files, put_manifest
from faregate.errors import FaregateError, InvalidInputError, MachineError
from faregate.models.install import install
from faregate.models.pack import verify


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Make the folder that the files are installed from."""
    folder = tmp_path / "source"
    put_files(folder)
    return folder


@pytest.fixture
def models_dir(tmp_path: Path) -> Path:
    """Make a models folder that knows the pack, but has none of its files."""
    folder = tmp_path / "models"
    put_manifest(folder)
    return folder


def files_of(models_dir: Path) -> dict[str, bytes]:
    """Read everything in the models folder but the manifest."""
    return {
        str(path.relative_to(models_dir)): path.read_bytes()
        for path in models_dir.rglob("*")
        if path.is_file() and path.name != "manifest.toml"
    }


def test_installs_from_a_folder_and_again(source: Path, models_dir: Path) -> None:
    """The pack verifies afterwards, nothing else is left, and a second time changes nothing."""
    for _ in range(2):
        assert install(PACK, str(source), models_dir) == verify(PACK, models_dir)
        assert files_of(models_dir) == {f"mine/{name}": data for name, data in CONTENTS.items()}


def test_installs_the_shipped_pack_into_a_new_folder(test_models: Path, tmp_path: Path) -> None:
    """The default for real use, from where it was downloaded to, in a folder that is made."""
    pack = "permissive-small"
    models_dir = tmp_path / "share" / "models"
    install(pack, str(test_models / pack), models_dir)
    assert verify(pack, models_dir).located.folder == models_dir / pack


def test_mends_a_corrupt_pack(source: Path, models_dir: Path) -> None:
    """Installing over a damaged file is the remedy that its error names."""
    (models_dir / PACK / "net.onnx").write_bytes(b"damaged")
    assert install(PACK, str(source), models_dir) == verify(PACK, models_dir)


@pytest.mark.parametrize("content", [None, b"", b"nor is thus", b"nor is this!"], ids=repr)
def test_a_bad_source_changes_nothing(
    content: bytes | None, source: Path, models_dir: Path
) -> None:
    """The last file is missing, empty, changed or longer: not even the good one appears."""
    (source / "live.onnx").unlink()
    if content is not None:
        (source / "live.onnx").write_bytes(content)
    with pytest.raises(FaregateError, match=r"live\.onnx"):
        install(PACK, str(source), models_dir)
    assert files_of(models_dir) == {}


@pytest.mark.parametrize(
    ("pack", "source_text", "code"),
    [
        ("pip-offline", "anywhere", "pack_from_package"),
        ("unknown", "anywhere", "pack_unknown"),
        (PACK, "ftp://models.example", "models_source"),
    ],
)
def test_odd_requests_are_refused(pack: str, source_text: str, code: str, models_dir: Path) -> None:
    """A pack from PyPI, an unknown one, a source that is neither folder nor http(s)."""
    with pytest.raises(InvalidInputError) as error:
        install(pack, source_text, models_dir)
    assert (error.value.code, files_of(models_dir)) == (code, {})


def test_an_unwritable_folder_is_named(tmp_path: Path) -> None:
    """A file where the folder should be: one line that says so."""
    (tmp_path / "models").write_text("in the way", "utf-8")
    with pytest.raises(MachineError, match="models can't be written") as error:
        install("permissive-small", str(tmp_path), tmp_path / "models")
    assert error.value.code == "models_unwritable"


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's own name
        """Print nothing."""


class _CutOff(_Quiet):
    def copyfile(self, source: object, outputfile: object) -> None:
        """Promise a body and close the connection."""


@pytest.fixture(params=[_Quiet, _CutOff], ids=["whole", "cut off"])
def address(request: pytest.FixtureRequest, source: Path) -> Iterator[str]:
    """Serve the source folder on this machine."""
    handler = partial(request.param, directory=str(source))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        kind = "whole" if request.param is _Quiet else "cut"
        yield f"{kind} http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.mark.enable_socket
def test_installs_from_an_address(address: str, models_dir: Path) -> None:
    """A whole answer is installed; a connection that breaks off leaves nothing."""
    kind, url = address.split()
    if kind == "whole":
        assert install(PACK, url, models_dir) == verify(PACK, models_dir)
        return
    with pytest.raises(FaregateError, match=r"net\.onnx"):
        install(PACK, url, models_dir)
    assert files_of(models_dir) == {}


@pytest.mark.enable_socket
def test_an_address_without_the_file_is_named(source: Path, models_dir: Path) -> None:
    """A server that answers "not found" leaves nothing, and the message says so."""
    handler = partial(_Quiet, directory=str(source))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}/elsewhere"
        with pytest.raises(MachineError, match=r"net\.onnx can't be fetched .*404"):
            install(PACK, url, models_dir)
        server.shutdown()
        thread.join()
    assert files_of(models_dir) == {}
