"""A walk through the whole workbench: ``python -m app.tour --out docs/tour`` leaves numbered pictures.

Drives the real program, without a screen, on the bundled synthetic samples and a clip made of them.
"""

from __future__ import annotations

import argparse
import logging
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QApplication, QDialog

from app.screenshots import Walk
from app.state.comparison import TRUTH
from app.state.people import moved_joint
from app.state.values import Choice
from core.metrics.result_file import RESULT_NAME
from core.pipeline.samples import bundled_samples

log = logging.getLogger(__name__)
SIZE = (1440, 900)
CLIP_FRAMES, CLIP_FPS, CLIP_SIDE = 48, 12.0, 480


class Tour(Walk):
    """Every stop is a picture and a line of what it shows."""

    def __init__(self, out: Path, only: str = "") -> None:
        super().__init__(out, only, None)
        self.lines: list[str] = []

    def take(self) -> None:
        """Open, walk through all parts, close."""
        self.open()
        self.window.resize(*SIZE)
        self._settle()
        for part in (
            self._browse,
            self._see,
            self._compare,
            self._why,
            self._measure,
            self._live,
            self._keep,
        ):
            part()
        self.window.close()
        text = "# A tour of the workbench\n\n" + "\n".join(self.lines)
        (self.out / "README.md").write_text(text, encoding="utf-8")

    def _stop(self, name: str, words: str) -> None:
        self._settle()
        number = len([line for line in self.lines if line.startswith("## ")]) + 1
        path = self.out / f"{number:02d}-{name}.png"
        self.window.grab().save(str(path))
        self.lines += [f"## {number}. {words}", "", f"![{words}]({path.name})", ""]
        log.info("wrote %s", path)

    def _browse(self) -> None:
        window = self.window
        self._stop("open", "A picture is open: marks, body, side view, numbers")
        window.choice.choose_method("metro")
        self._ready()
        window.acts["run_all"].trigger()
        self._wait(lambda: not window.ahead.is_sweeping)
        order = window.items_panel.order
        order.setCurrentIndex(order.findData("error"))
        window.session.select(window.items_panel.shown_ids()[0])
        self._ready()
        self._stop("worst-first", "Run on all, then the worst first")

    def _see(self) -> None:
        window = self.window
        self._open_sample("lunge")
        window.view.set(colour_by="error", alignment="procrustes", truth=True)
        self._stop("error", "Error on every vertex, Procrustes aligned, the true body behind it")
        window.view.set(colour_by="shading", truth=False, wireframe=True, skeleton=True)
        window.wiring.look("picture")  # type: ignore[attr-defined]
        self._stop("camera", "Through the picture's own camera, with skeleton and edges")
        window.view.set(wireframe=False, skeleton=False)
        window.wiring.fit_body()  # type: ignore[attr-defined]

    def _compare(self) -> None:
        window = self.window
        self._open_sample("throw")
        for method in ("pointhmr", "multi_roi", "pose_lift"):
            variant = window.choice.entry_of(method).presets[0].default.id
            window.comparison.add(Choice(method, "lite", variant))
        window.comparison.set(on=True)
        self._bodies(4)
        window.comparison.set(reference=TRUTH)
        self._stop("compare", "Four methods, one camera, distance of every vertex to the truth")
        window.comparison.set(reference=0)
        window.compare_panel.which.chosen.emit("joints")
        window.compare_panel.which.set_current("joints")
        self._stop("difference", "Distance to another method, and a table by joint")
        window.comparison.set(arrangement="together", reference=-2)
        window.view.set(truth=True)
        self._stop("together", "All bodies and the truth in one view")
        window.view.set(truth=False)
        window.comparison.set(on=False, others=())

    def _bodies(self, count: int) -> None:
        compared = self.window.compares
        self._wait(
            lambda: (
                len(compared.compared.bodies) == count
                and all(body.body is not None for body in compared.compared.bodies)
            )
        )

    def _why(self) -> None:
        window = self.window
        self._open_sample("kick")
        window.view.set(inspection=True)
        window.choice.choose_method("metro")
        self._wait(lambda: bool(window.attention.records))
        window.looks.choose_joint("L_Wrist")
        self._stop("attention", "What the left wrist attends to, in METRO's last layers")
        self._ask("gradient")
        self._stop("why", "Which part of the picture moves the clicked point")
        window.view.set(picture_layer="none")
        window.choice.choose_method("multi_roi")
        self._wait(lambda: bool(window.picture.view.regions))
        window.layout_widget.show_below(True, 2)
        self._stop(
            "regions", "Five crops, their weights for one another, and their cameras from above"
        )
        window.choice.choose_method("pointhmr")
        self._wait(lambda: self._shown("pointhmr"))
        window.stage.vertex_picked.emit(0, 4500)
        window.view.set(picture_layer="vertex heatmaps")
        self._stop("heatmap", "Where PointHMR looks for the clicked vertex")
        window.view.set(picture_layer="none")

    def _measure(self) -> None:
        """Two evaluations of the samples, made by the evaluation's own command."""
        window, home = self.window, Path(os.environ["MESHLOUPE_HOME"])
        results = [evaluated(method, home / method) for method in ("metro", "multi_roi")]
        window.choice.choose_method("metro")
        window.evaluations.open_evaluation(results[0])
        self._wait(lambda: window.data_panel.isVisible() and len(window.data.shown) > 0)
        self._stop("worst-people", "A measured data set: how errors are spread, worst person first")
        window.evaluations.open_evaluation(results[1], compare=True)
        self._wait(lambda: window.data.compares)
        self._stop(
            "two-evaluations", "Two methods, person by person: far from the line they differ"
        )
        window.acts["data_set"].setChecked(False)

    def _shown(self, method: str) -> bool:
        shown = self.window.results.shown
        return shown is not None and shown.choice.method == method and shown.inspected

    def _ask(self, how: str) -> None:
        window = self.window
        window.stage.vertex_picked.emit(0, 4500)
        window.layout_widget.show_below(True, 4)
        window.whys.ask(how)
        self._wait(lambda: window.why_panel.ask.text() != "Stop" and bool(window.why_panel.answer))

    def _live(self) -> None:
        window = self.window
        clip = Path(os.environ["MESHLOUPE_HOME"]) / "walking.mp4"
        make_clip(clip)
        window.view.set(inspection=False)
        window.choice.choose_method("metro")
        self._ready()
        window.live.open_clip(clip)
        self._played()
        window.choice.choose_method("multi_roi")
        window.live.seek(0)
        self._wait(lambda: window.playback.get(window.choice.choice, 0) is not None)
        window.live.toggle()
        self._played()
        window.timeline.worst.click()
        self._wait(lambda: window.results.shown is not None)
        self._stop("video", "A video with its bodies; the curve is how far two methods disagree")
        window.live.open_camera(clip)
        self._wait(lambda: "delay" in window.timeline.read_out)
        self._pump(2.5)
        window.live.toggle()
        self._stop("camera", "A camera (here a file played as one) with an honest read-out")
        window.live.close()

    def _played(self) -> None:
        playback = self.window.playback
        self._wait(lambda: not playback.now.playing and playback.now.position == playback.now.last)

    def _undo(self) -> None:
        """A joint dragged, a note, a row taken off the list: all of it comes back; the log tells."""
        window = self.window
        item = window.session.current
        assert item is not None
        window.people.begin_drag(item.id)
        person = window.people.of(item.id)[0]
        assert person.joints_2d is not None
        wrist = person.joint_names.index("L_Wrist")
        x, y = person.joints_2d[wrist].tolist()
        window.people.replace(item.id, 0, moved_joint(person, wrist, (x - 60.0, y - 90.0)))
        window.people.end_drag()
        window.acts["remove_item"].trigger()
        self._settle()
        window.acts["undo"].trigger()
        window.view.set(log=True)
        self._stop("undo", "Undo brings back the removed row with its dragged wrist; the log below")
        window.acts["undo"].trigger()
        window.view.set(log=False)

    def _inspect(self) -> None:
        """What the files of this picture are, as the command line says it."""
        folder = Path(os.environ["MESHLOUPE_HOME"]) / "out"
        picture = next(path for path in bundled_samples() if "walking" in path.name)
        told = command(
            "infer", str(picture), "--method", "cliff", "--save", "npz,glb,spin,humandata,amass,phalp,coco",
            "--out", str(folder),
        )  # fmt: skip
        files = sorted(line for line in told.split() if line.startswith(str(folder)))
        said = command("inspect", *files).replace(f"{folder}/", "")
        words = "Files of the field: written by `infer --save`, told apart by `inspect`"
        number = len([line for line in self.lines if line.startswith("## ")]) + 1
        text = "\n".join(line.rstrip() for line in said.splitlines())
        self.lines += [f"## {number}. {words}", "", "```", text, "```", ""]

    def _dialogs(self) -> None:
        """What is ready, the preferences, any command by its name, versions."""
        window = self.window
        window.acts["files"].trigger()
        self._dialog(
            "files", "What is ready per method, what is missing, and where files are brought"
        )
        window.acts["preferences"].trigger()
        self._dialog(
            "preferences", "Everything that is remembered, seen at once, taken back by Cancel"
        )
        window.acts["palette"].trigger()
        self._dialog("palette", "Any command by its name")
        window.acts["about"].trigger()
        self._dialog("about", "Versions, copied for a report by one button")

    def _dialog(self, name: str, words: str) -> None:
        self._settle()
        dialog = QApplication.activeModalWidget() or QApplication.activePopupWidget()
        assert isinstance(dialog, QDialog)
        number = len([line for line in self.lines if line.startswith("## ")]) + 1
        path = self.out / f"{number:02d}-{name}.png"
        dialog.grab().save(str(path))
        self.lines += [f"## {number}. {words}", "", f"![{words}]({path.name})", ""]
        log.info("wrote %s", path)
        dialog.reject()

    def _keep(self) -> None:
        window = self.window
        self._open_sample("sitting")
        self._undo()
        window.inspector.sections["Notes"].set_open(True)
        window.notes.field.setPlainText("Hands hidden behind the knees: compare with the truth.")
        window.wiring.exports.show()  # type: ignore[attr-defined]
        self._dialog("export", "Export: every file is read back before it counts as written")
        self._dialogs()
        from app.settings.theme import LIGHT

        window.apply_theme(LIGHT)
        window.workspaces.save_to(Path(os.environ["MESHLOUPE_HOME"]) / "tour.meshloupe")
        self._stop("session", "The light theme; notes and everything else are kept in a session")
        self._inspect()


def evaluated(method: str, out: Path) -> Path:
    """``result.json`` of a method on the bundled samples."""
    samples = bundled_samples()[0].parent
    command = [sys.executable, "-m", "training.evaluate", "--data", f"truth_folder={samples}"]
    command += ["--method", method, "--protocol", "synthetic-lsp14", "--out", str(out)]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 (our own command)
    return out / RESULT_NAME


def command(*arguments: str) -> str:
    """What the command line says."""
    call = [sys.executable, "-m", "app", *arguments]
    return subprocess.run(call, check=True, capture_output=True, text=True).stdout  # noqa: S603 (our own)


def make_clip(path: Path) -> None:
    """A pan over a bundled sample, as a video."""
    from core.export import VideoWriter
    from core.opencv import cv2
    from core.pipeline.pictures import read_picture

    picture = next(p for p in bundled_samples() if "walking" in p.name)
    image = np.asarray(read_picture(picture).image)
    height, width = image.shape[:2]
    scale = 1.15 * CLIP_SIDE / min(height, width)
    large = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    rows, columns = large.shape[0] - CLIP_SIDE, large.shape[1] - CLIP_SIDE
    with VideoWriter(path, CLIP_FPS) as video:
        for number in range(CLIP_FRAMES):
            turn = 2 * np.pi * number / CLIP_FRAMES
            y, x = (
                round(rows * (0.5 + 0.5 * np.sin(turn))),
                round(columns * (0.5 - 0.5 * np.cos(turn))),
            )
            video.add(np.ascontiguousarray(large[y : y + CLIP_SIDE, x : x + CLIP_SIDE]))


def main(arguments: list[str] | None = None) -> int:
    """Write the tour; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--out", type=Path, default=Path("docs/tour"), help="folder for the pictures"
    )
    chosen = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as home:
        os.environ["MESHLOUPE_HOME"] = home
        chosen.out.mkdir(parents=True, exist_ok=True)
        for old in chosen.out.glob("[0-9][0-9]-*.png"):
            old.unlink()
        Tour(chosen.out).take()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
