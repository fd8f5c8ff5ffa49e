"""Parts of a video as one MP4, with the sound of the original; nothing is encoded anew but odd sound."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from core.errors import OutputError
from core.export.report import ExportReport
from core.files.atomic import write_atomically

# Sound that players expect inside MP4; other kinds become AAC.
MP4_SOUND = frozenset(("aac", "mp3", "ac3", "eac3", "alac", "opus", "flac"))


def join_videos(
    path: str | Path, parts: Sequence[Path], *, sound_from: Path | None = None
) -> ExportReport:
    """Write an MP4 of parts made by `VideoWriter` one after the other, in constant memory.

    Args:
        path: the MP4.
        parts: at least one, equal in size, each beginning where the one before ends.
        sound_from: a file whose first sound track is copied, as far as the pictures go.

    Raises:
        OutputError: no parts, an unwritable folder, or it does not read back.
    """
    import av

    path = Path(path)
    if not parts:
        raise OutputError("a video needs at least one frame", path=path)
    with write_atomically(path) as temporary:
        with av.open(str(temporary), "w", format="mp4") as target:
            with av.open(str(parts[0])) as first:
                picture = target.add_stream_from_template(first.streams.video[0])
            end_s = _end_of(parts[-1])
            sound = _Sound(sound_from, target, end_s)
            try:
                count = 0
                streams = [_picture_packets(parts, picture), sound.packets()]
                for _, packet in heapq.merge(*streams, key=lambda timed: timed[0]):
                    count += packet.stream is picture
                    target.mux(packet)
            finally:
                sound.close()
        with av.open(str(temporary)) as read:
            found = sum(1 for packet in read.demux(video=0) if packet.size)
        if found != count or count == 0:
            raise OutputError(f"the joined video has {found} frames instead of {count}", path=path)
    return ExportReport(path, "mp4", path.stat().st_size, people=count, reader="pyav")


def _picture_packets(parts: Sequence[Path], stream: Any) -> Iterator[tuple[float, Any]]:
    """(seconds, packet) of all parts, for the stream of the target."""
    import av

    for part in parts:
        with av.open(str(part)) as source:
            for packet in source.demux(source.streams.video[0]):
                if packet.size:
                    packet.stream = stream
                    yield float(packet.dts * packet.time_base), packet


def _end_of(part: Path) -> float:
    """Seconds at which the last frame of a part begins."""
    import av

    with av.open(str(part)) as source:
        packets = source.demux(source.streams.video[0])
        return max(float(p.pts * p.time_base) for p in packets if p.pts is not None)


class _Sound:
    """The sound of a file on its way into another, copied where MP4 can hold it, else as AAC."""

    def __init__(self, source: Path | None, target: Any, end_s: float) -> None:
        import av

        self._end_s = end_s
        self._source = self._stream = self._target = None
        if source is None:
            return
        self._source = av.open(str(source))
        if not self._source.streams.audio:
            return
        self._stream = self._source.streams.audio[0]
        self._copies = self._stream.codec_context.name in MP4_SOUND
        if self._copies:
            self._target = target.add_stream_from_template(self._stream)
        else:
            self._target = target.add_stream("aac", rate=self._stream.rate)

    def packets(self) -> Iterator[tuple[float, Any]]:
        if self._stream is None:
            return iter(())
        return self._copied() if self._copies else self._encoded()

    def close(self) -> None:
        if self._source is not None:
            self._source.close()

    def _copied(self) -> Iterator[tuple[float, Any]]:
        for packet in _whole_packets(self._source, self._stream):
            time_s = float(packet.dts * packet.time_base)
            if time_s > self._end_s:
                return
            packet.stream = self._target
            yield time_s, packet

    def _encoded(self) -> Iterator[tuple[float, Any]]:
        import av

        target = self._target
        assert target is not None
        resampler = av.AudioResampler(format="fltp", rate=target.rate)
        for packet in _whole_packets(self._source, self._stream):
            if float(packet.dts * packet.time_base) > self._end_s:
                break
            for decoded in packet.decode():
                for frame in resampler.resample(decoded):
                    yield from self._timed(target.encode(frame))
        yield from self._timed(target.encode(None))

    @staticmethod
    def _timed(packets: Sequence[Any]) -> Iterator[tuple[float, Any]]:
        for packet in packets:
            yield float(packet.dts * packet.time_base), packet


def _whole_packets(source: Any, stream: Any) -> Iterator[Any]:
    """Packets until the end or the first damage of a file."""
    packets = source.demux(stream)
    while True:
        try:
            packet = next(packets, None)
        except (OSError, ValueError):  # PyAV's errors are these two
            return
        if packet is None:
            return
        if packet.size and packet.dts is not None:
            yield packet
