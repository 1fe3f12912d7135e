"""A frame source around another one: whoever adds something to a camera begins with this."""

from collections.abc import Iterator

from faregate.ids import CameraId
from faregate.video.frame import Frame
from faregate.video.source import FrameSource


class AroundSource(FrameSource):
    """The same camera and the same frames; opens and closes the source that it is around."""

    def __init__(self, source: FrameSource) -> None:
        self._source = source

    @property
    def camera(self) -> CameraId:
        """The camera that its frames name."""
        return self._source.camera

    def open(self) -> None:
        """Open the source."""
        self._source.open()

    def close(self) -> None:
        """Close the source."""
        self._source.close()

    def __iter__(self) -> Iterator[Frame]:
        """Give the source's frames."""
        return iter(self._source)
