"""`faregate assist`: help detection, which sees who needs help and never who it is."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import cv2
import typer
from rich.console import Console
from rich.table import Table

from faregate.assist.coverage import Standing, advise, perspective_of, standing_people
from faregate.assist.movenet import MultiPose, Tiles
from faregate.assist.settings import AssistSettings, parse_settings
from faregate.assist.watch import WHOLE_PICTURE
from faregate.assist.zone_preview import draw_zones
from faregate.assist.zones import CameraZones, Zones, parse_zones
from faregate.bench.assist_labels import convert_gmdcsa24, read_labels, write_labels
from faregate.bench.report import require_bench_extra, require_writable, write_report
from faregate.cli.models import ModelsDir
from faregate.clock import SystemClock
from faregate.errors import InvalidInputError, MachineError
from faregate.ids import CameraId
from faregate.models.pack import VerifiedPack, verify
from faregate.video.frame import Frame
from faregate.video.source import DeviceCamera, FileCamera, FrameSource, Pace, parse_device

assist_app = typer.Typer(
    help="See who has fallen, lies still or is on the tracks; never who it is.",
    no_args_is_help=True,
)

_WATCHED_S = 30.0

ZonesFile = Annotated[Path, typer.Option("--zones", help="A TOML file of cameras and zones.")]
CameraName = Annotated[
    str, typer.Option("--of", help="Which camera of the file, if there are several.")
]
PolicyFile = Annotated[
    Path | None, typer.Option("--policy", help="A TOML file with [watch], [rate] and [pose].")
]
Threads = Annotated[int, typer.Option(min=1, help="Threads of the pose network.")]


@assist_app.command("evaluate")
def evaluate(
    clips: Annotated[Path, typer.Argument(help="The folder of clips.")],
    *,
    labels: Annotated[Path, typer.Option(help="CSV: file,start_s,end_s,label (down or other).")],
    report: Annotated[Path, typer.Option(help="Folder for report.json and report.html.")],
    models_dir: ModelsDir,
    policy: PolicyFile = None,
    continue_still: Annotated[
        float, typer.Option(min=0, max=600, help="Let each clip's last second go on, in seconds.")
    ] = 0.0,
    threads: Threads = 1,
) -> None:
    """Count on labelled clips: falls seen, alerts, false alarms, seconds to the alert."""
    require_bench_extra()
    from faregate.bench.assist_evaluate import evaluate as evaluate_clips  # noqa: PLC0415 - an extra
    from faregate.bench.assist_report import report_document, report_page  # noqa: PLC0415 - an extra

    require_writable(report)
    settings = _settings(policy)
    pack = verify("pose", models_dir)
    pose = _open_pose(pack, settings, threads)
    console = Console()
    found = evaluate_clips(
        clips,
        read_labels(labels),
        looker=pose,
        wide_looker=pose.cut(Tiles(2, 1)),
        settings=settings,
        continue_still_s=continue_still,
        told=lambda clip: console.print(f"{clip}", style="dim", highlight=False),
    )
    document = report_document(
        found,
        settings=settings,
        pack=pack.manifest,
        continue_still_s=continue_still,
        measured=datetime.now(UTC),
    )
    write_report(report, document, report_page(document))
    down, alert = document["down_sensitivity"], document["alert_sensitivity"]
    false = document["false_alarms_per_camera_hour"]
    console.print(f"Down within {down['within_s']:g} s: {down['hits']} of {down['of']} falls")
    console.print(f"Alerted about: {alert['hits']} of {alert['of']} falls in clips long enough")
    console.print(f"False alarms: {false['events']} in {false['observed_s']:.1f} s")
    console.print(f"Written to {report / 'report.html'}")


@assist_app.command("convert-labels")
def convert_labels(
    data_set: Annotated[Path, typer.Argument(help="The folder of GMDCSA24 with its subjects.")],
    *,
    labels: Annotated[Path, typer.Option(help="The CSV to write: file,start_s,end_s,label.")],
) -> None:
    """Make labels for `evaluate` from the CSV files of the data set GMDCSA24."""
    spans = convert_gmdcsa24(data_set)
    write_labels(labels, spans)
    clips = len({span.file for span in spans})
    Console().print(f"{len(spans)} spans of {clips} clips are in {labels}.")


@assist_app.command("coverage")
def coverage(
    still: Annotated[
        Path | None, typer.Argument(help="A picture with two people standing in it.")
    ] = None,
    *,
    models_dir: ModelsDir,
    camera: Annotated[
        str, typer.Option(help="Watch this camera for 30 s instead: 0 or an rtsp:// address.")
    ] = "",
    zones: Annotated[
        Path | None, typer.Option("--zones", help="A TOML file of cameras and zones.")
    ] = None,
    of: CameraName = "",
    policy: PolicyFile = None,
    threads: Threads = 1,
) -> None:
    """Tell where somebody lying would be too small to be seen, from people who stand there."""
    settings = _settings(policy)
    pose = _open_pose(verify("pose", models_dir), settings, threads)
    name = "coverage"
    if (still is None) is (camera == ""):
        raise InvalidInputError(
            "coverage_source", "Give a still or --camera.", remedy="Give one of them."
        )
    source: FrameSource = (
        _still(still)
        if still is not None
        else DeviceCamera(CameraId(name), parse_device(camera), clock=SystemClock())
    )
    people: list[Standing] = []
    size = (0, 0)
    with source:
        begins: datetime | None = None
        for frame in source:
            begins = begins or frame.captured_at
            size = (frame.pixels.shape[1], frame.pixels.shape[0])
            people += standing_people(pose.look(frame))
            if (frame.captured_at - begins).total_seconds() >= _WATCHED_S:
                break
    watched = CameraZones(camera=name, place=name) if zones is None else _camera(zones, of)
    if not watched.zones:
        watched = CameraZones(camera=name, place=name, zones=(WHOLE_PICTURE,))
    told = advise(
        perspective_of(people), watched, width=size[0], height=size[1], side=settings.pose.side
    )
    table = Table("Tiles", "Too small above", *(zone.zone for zone in told[0].zones))
    for one in told:
        table.add_row(
            _tiles(one.tiles),
            f"{one.too_small_above_y:.0%} of the height",
            *(f"{zone.too_small:.0%} too small" for zone in one.zones),
        )
    console = Console()
    console.print(f"{len(people)} people standing were measured.")
    console.print(table)
    console.print(
        f"{_tiles(told[-1].tiles)} cover every zone."
        if told[-1].is_whole
        else "No tiling covers every zone: bring the camera nearer, or add one."
    )


def _tiles(tiles: Tiles) -> str:
    return f"{tiles.columns} x {tiles.rows}"


@assist_app.command("zones")
def zones(
    file: Annotated[Path, typer.Argument(help="A TOML file of cameras and zones.")],
    *,
    preview: Annotated[
        Path | None, typer.Option(help="A still of the camera to draw the zones on.")
    ] = None,
    output: Annotated[Path, typer.Option(help="Where the drawn still goes: a .png.")] = Path(
        "zones.png"
    ),
    of: CameraName = "",
) -> None:
    """Check a file of zones, and draw one camera's on a still."""
    found = _zones(file)
    console = Console()
    for camera in found.cameras:
        console.print(f"{camera.camera}: {camera.place}: {len(camera.zones)} zones")
    if preview is None:
        return
    camera = _camera(file, of)
    with _still(preview) as source:
        frame = _first(source, preview)
    drawn = draw_zones(frame.pixels, camera)
    written, encoded = cv2.imencode(".png", cv2.cvtColor(drawn, cv2.COLOR_RGB2BGR))
    assert written, "a picture of whole numbers can be written as PNG"
    try:
        output.write_bytes(encoded.tobytes())
    except OSError as error:
        raise MachineError(
            "preview_unwritable",
            f"{output} can't be written: {error.strerror}.",
            remedy="Choose another with --output.",
        ) from error
    console.print(f"Drawn to {output}. It shows whoever is on the still: delete it after use.")


def _still(path: Path) -> FileCamera:
    return FileCamera(CameraId("still"), path, clock=SystemClock(), pace=Pace.AS_FAST_AS_POSSIBLE)


def _first(source: FrameSource, path: Path) -> Frame:
    for frame in source:
        return frame
    raise InvalidInputError("still_empty", f"{path} has no picture.", remedy="Name another.")


def _zones(file: Path) -> Zones:
    return parse_zones(_text(file), origin=str(file))


def _camera(file: Path, of: str) -> CameraZones:
    cameras = {camera.camera: camera for camera in _zones(file).cameras}
    if len(cameras) == 1 and not of:
        return next(iter(cameras.values()))
    if of not in cameras:
        raise InvalidInputError(
            "zones_camera",
            f"{file} has no camera {of!r}." if of else f"{file} has several cameras.",
            remedy=f"Choose one with --of: {', '.join(cameras)}.",
        )
    return cameras[of]


def _settings(file: Path | None) -> AssistSettings:
    return AssistSettings() if file is None else parse_settings(_text(file), origin=str(file))


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MachineError(
            "file_unreadable", f"{file} can't be read: {error}.", remedy="Check the path."
        ) from error


def _open_pose(pack: VerifiedPack, settings: AssistSettings, threads: int) -> MultiPose:
    return MultiPose(pack, threads=threads, tiles=settings.pose.tiles, side=settings.pose.side)
