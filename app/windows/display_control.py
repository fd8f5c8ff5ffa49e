"""From results and options to what the picture, the 3D views and the legend show."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.engine.body_colours import Painted, paint, paint_values
from app.engine.layers import Marker, body_layers, stage_layer, truth_layer
from app.engine.overlay import OverlayImage
from app.engine.requests import OverlayRequest
from app.engine.work_thread import Failure, WorkThread
from app.panels.display_panel import DisplayPanel
from app.panels.numbers_panel import NumbersPanel
from app.panels.picture_panel import PicturePanel
from app.panels.reading_panel import ReadingPanel
from app.settings.language import tr
from app.settings.theme import Theme, rgb
from app.state.activity import ActivityModel
from app.state.attention import AttentionModel
from app.state.linked import LinkedModel
from app.state.results import ResultsModel
from app.state.session import SessionModel
from app.state.values import Loaded, RunResult, Scores
from app.state.view import ViewModel, ViewOptions
from app.windows.blending import BodyBlend
from app.windows.heat import heat_image, map_names, winner_place
from app.windows.stage import Stage
from core.render import MeshLayer, picture_camera
from core.types import AttentionRecord, MeshStageRecord, Reconstruction

REDRAW_MS = 30
# A body stays this long while that of the next picture is on its way: kept results come sooner.
CLEAR_MS = 150
# Pictures that follow one another quicker than this are leafed through, not looked at.
LEAFING_S = 0.35


class DisplayControl(QObject):
    """Redraws what a change concerns; bodies glide while marks are dragged.

    Signals:
        overlay_ready: number of the run whose bodies are about to lie over the picture.
    """

    overlay_ready = Signal(int)

    def __init__(
        self,
        session: SessionModel,
        results: ResultsModel,
        view: ViewModel,
        attention: AttentionModel,
        linked: LinkedModel,
        activity: ActivityModel,
        painter: WorkThread,
        stage: Stage,
        picture: PicturePanel,
        numbers: NumbersPanel,
        display: DisplayPanel,
        reading: ReadingPanel,
        theme: Theme,
    ) -> None:
        super().__init__()
        self._session, self._results, self._view = session, results, view
        self._attention, self._linked = attention, linked
        self._activity, self._painter = activity, painter
        self._stage, self._picture, self._numbers = stage, picture, numbers
        self._display, self._reading, self._theme = display, reading, theme
        self._blend = BodyBlend()
        self._markers: tuple[Marker, ...] = ()
        self._fitted_item = -1
        self._overlay_shown = False
        self._stopped = False
        self._redraw = QTimer(self)
        self._redraw.setSingleShot(True)
        self._redraw.setInterval(REDRAW_MS)
        self._redraw.timeout.connect(self._draw_bodies)
        self._clear = QTimer(self)
        self._clear.setSingleShot(True)
        self._clear.setInterval(CLEAR_MS)
        self._clear.timeout.connect(lambda: self._blend.jump(()))
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(round(1000 * LEAFING_S))
        self._rest.timeout.connect(self._draw_bodies)
        self._changed_at, self._leafing = 0.0, False
        session.loaded.connect(self.show_loaded)
        session.current_changed.connect(self._item_changed)
        results.shown_changed.connect(self._show_result)
        view.changed.connect(self._options_changed)
        attention.choice_changed.connect(self._attention_changed)
        linked.changed.connect(self._picked)
        self._blend.stepped.connect(self._show_people)
        painter.answered.connect(self._overlay_drawn)
        painter.failed.connect(self._overlay_failed)
        self._show_options(view.options)

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self._theme = theme
        self._draw_bodies()

    def set_markers(self, markers: tuple[Marker, ...]) -> None:
        """Balls on the body, for what was clicked."""
        self._markers = markers
        self._redraw.start()

    def stop(self) -> None:
        """No more timers; answers that are still on their way draw nothing."""
        self._stopped = True
        for timer in (self._redraw, self._clear, self._rest):
            timer.stop()
        self._blend.stop()

    def redraw(self) -> None:
        """Draw the bodies again soon."""
        self._redraw.start()

    # ---- what is shown

    @property
    def person(self) -> Reconstruction | None:
        """The person looked at, in the reading that is chosen."""
        people = self._people_now()
        return people[self._results.person] if people else None

    def _people_now(self) -> tuple[Reconstruction, ...]:
        shown = self._results.shown
        if shown is None:
            return ()
        people = list(shown.result.people)
        reading, number = self._view.options.reading, self._results.person
        if people and 0 < reading <= len(people[number].alternatives):
            people[number] = people[number].alternatives[reading - 1]
        return tuple(people)

    def _scores(self) -> Scores:
        shown = self._results.shown
        if shown is None:
            return Scores()
        return shown.scores_of(self._results.person, self._view.options.reading)

    def _painted(self) -> Painted:
        shown, options = self._results.shown, self._view.options
        record = self._attention.record
        tokens = None if record is None else (record.keys, self._attention.row())
        mesh = None if shown is None else shown.mesh
        pick = self._linked.pick
        if pick is not None and pick.tokens is not None and pick.values is not None:
            painted = paint_values(mesh, pick.tokens, pick.values, pick.values_title)
            if painted is not None:
                return painted
        return paint(options.colour_by, mesh, self._scores(), options.alignment, tokens)

    # ---- slots

    @Slot(object)
    def show_loaded(self, loaded: Loaded) -> None:
        """A picture that was read."""
        height, width = loaded.frame.size_hw
        self._picture.view.set_picture(loaded.image, (height, width))
        self._picture.set_title(loaded.item.title, f"{loaded.item.path} ({width} x {height} px)")
        self._show_reprojection()

    @Slot(int)
    def _item_changed(self, item_id: int) -> None:
        now = time.monotonic()
        self._leafing, self._changed_at = now - self._changed_at < LEAFING_S, now
        self._view.set(reading=0)
        if item_id < 0:
            self.show_no_picture()

    def show_no_picture(self) -> None:
        """Nothing is open any more."""
        self._picture.view.set_picture(None)
        self._picture.set_title(tr("Picture"))

    @Slot(object)
    def _show_result(self, result: RunResult | None) -> None:
        if result is None or result.quality == "full":
            self._view.set(reading=0)
        self._numbers.show_result(result, self._results.person, self._view.options.reading)
        people = self._people_now()
        self._display.set_people(len(people), self._results.person)
        records = people[self._results.person].records if people else ()
        if result is None or result.quality == "full":
            self._show_availability(result)
            stages = tuple(r.name for r in records if isinstance(r, MeshStageRecord))
            if self._view.options.stage not in stages:
                self._view.set(stage="")
            self._display.set_stages(stages, self._view.options.stage)
            names = map_names(records)
            self._picture.set_layers(names, self._view.options.picture_layer)
            self._attention.set_records(tuple(r for r in records if isinstance(r, AttentionRecord)))
            self._show_heat()
        self._clear.stop()
        if result is None and self._blend.shown:
            self._clear.start()
        elif result is not None and result.streamed:
            self._blend.jump(people)
        elif (result is not None and result.quality == "live") or (
            result is not None and self._blend.shown and self._fitted_item == result.item_id
        ):
            self._blend.glide(people)
        else:
            self._blend.jump(people)

    def _show_availability(self, result: RunResult | None) -> None:
        person = None if result is None or not result.result.people else self.person
        has_attention = person is not None and any(
            isinstance(record, AttentionRecord) for record in person.records
        )
        has_truth = self._scores().vertex_error_mm is not None
        if result is not None and result.result.people:
            self._display.set_available(truth=has_truth, attention=has_attention)

    @Slot(object, object)
    def _options_changed(self, options: ViewOptions, names: frozenset[str]) -> None:
        self._show_options(options)
        if "reading" in names:
            number = self._results.person
            self._numbers.show_result(self._results.shown, number, options.reading)
            self._blend.glide(self._people_now())
        if names & {"picture_layer", "picture_label"}:
            self._picture.show_layer(options.picture_layer)
            self._show_heat()
        if names & {"skeleton"}:
            self._show_reprojection()
        if names & {"colour_by", "alignment", "wireframe", "skeleton", "truth", "reading", "stage"}:
            self._redraw.start()

    def _show_options(self, options: ViewOptions) -> None:
        self._display.show_options(options)
        self._picture.set_opacity(options.overlay_opacity)
        self._picture.view.show_boxes = options.boxes
        self._picture.view.show_joints = options.joints
        self._picture.view.viewport().update()
        self._stage.set_grid(options.grid)
        self._stage.set_side_visible(options.side_view)
        self._picture.view.set_mirrored(options.mirror)

    @Slot(object)
    def _attention_changed(self, _choice: Any) -> None:
        if self._view.options.colour_by == "attention":
            self._redraw.start()

    @Slot(object)
    def _picked(self, _pick: Any) -> None:
        self._redraw.start()

    @Slot()
    def _draw_bodies(self) -> None:
        if not self._clear.isActive():
            self._show_people(self._blend.shown)

    @Slot(object)
    def _show_people(self, people: tuple[Reconstruction, ...]) -> None:
        if self._stopped:
            return
        shown = self._results.shown
        if shown is None or shown.mesh is None or not people:
            self._stage.set_layers([])
            self._picture.view.set_mesh_overlay(None)
            self._overlay_shown = False
            self._picture.view.set_reprojected(())
            self._show_legend(Painted())
            return
        options, painted = self._view.options, self._painted()
        layers = body_layers(
            people,
            shown.mesh.faces,
            painted,
            self._results.person,
            wireframe=options.wireframe,
            skeleton=options.skeleton,
            markers=self._markers,
        )
        over = layers[: len(people)]
        layers += self._truth_layers(people, shown)
        layers = self._with_stage(layers, people, painted)
        leafing = self._leafing and time.monotonic() - self._changed_at < LEAFING_S
        if leafing:
            self._rest.start()
        moving = shown.quality == "live" or self._blend.is_moving or leafing
        flowing = moving and shown.streamed
        self._stage.set_ground(shown.result.ground)
        self._stage.set_layers(layers, painted.legend, live=moving, flowing=flowing)
        if self._fitted_item != shown.item_id or (not moving and self._stage.has_lost_sight()):
            self._fitted_item = shown.item_id
            self._stage.fit()
        if not moving:
            frame = shown.result.frame
            size = (frame.size_hw[1], frame.size_hw[0])
            self._stage.set_picture(frame.image, picture_camera(over, people[0].focal_px, size))
        self._show_legend(painted)
        self._show_reprojection()
        plain = [replace(layer, alpha=1.0) for layer in over]
        self._ask_for_overlay(plain, people, shown, moving=moving)

    def _with_stage(
        self, layers: list[MeshLayer], people: tuple[Reconstruction, ...], painted: Painted
    ) -> list[MeshLayer]:
        """The layers with the mesh of the chosen stage in place of the final one."""
        number, name = self._results.person, self._view.options.stage
        for record in people[number].records:
            if isinstance(record, MeshStageRecord) and record.name == name:
                layer = stage_layer(record, people[number], by_normals=painted.by_normals)
                return [*layers[:number], layer, *layers[number + 1 :]]
        return layers

    def _truth_layers(self, people: tuple[Reconstruction, ...], shown: RunResult) -> list:
        loaded, number = self._session.current_loaded, self._results.person
        if not self._view.options.truth or loaded is None or shown.mesh is None:
            return []
        # Loaded by the engine's thread before any result is shown; never by the window itself.
        from app.engine.measure import match_truths

        truth = match_truths(people, loaded.truths).get(number)
        if truth is None:
            return []
        layer = truth_layer(people[number], truth, shown.mesh.faces, self._view.options.alignment)
        return [] if layer is None else [layer]

    def _show_reprojection(self) -> None:
        belong = self._view.options.skeleton and not self._clear.isActive()
        people = self._blend.shown if belong else ()
        self._picture.view.set_reprojected(people)

    def _show_heat(self) -> None:
        person = self.person
        options = self._view.options
        made = None
        if person is not None and options.picture_layer != "none":
            made = heat_image(person.records, options.picture_layer, options.picture_label)
        if made is None:
            self._picture.view.set_heat(None, (0, 0, 1, 1))
        else:
            self._picture.view.set_heat(*made)
        self._picture.view.set_winner(
            None if person is None else winner_place(person.records, options.picture_layer)
        )

    def _show_legend(self, painted: Painted) -> None:
        legend = painted.legend
        if legend is None:
            self._display.show_ramp((), 0.0, "", "")
        else:
            stops = [tuple(map(float, row)) for row in legend.cmap.table[::15]]
            self._display.show_ramp(stops, legend.high, legend.unit, legend.title)  # type: ignore[arg-type]
        self._display.show_hint(painted.hint)

    # ---- overlay

    def _ask_for_overlay(
        self, layers: list, people: tuple[Reconstruction, ...], shown: RunResult, *, moving: bool
    ) -> None:
        if moving and not self._painter.is_idle:
            return  # the next step, or the last one, asks again
        readings = self._reading_layers(shown) if not moving else ()
        self._painter.submit(
            OverlayRequest(
                layers=tuple(layers),
                focal_px=people[0].focal_px,
                size_hw=shown.result.frame.size_hw,
                longest=360 if moving else 1000,
                quality="draft" if moving else "live",
                readings=readings,
                thumbnail_ground=rgb(self._theme.raised),
                request_id=shown.request_id,
            )
        )

    def _reading_layers(self, shown: RunResult) -> tuple:
        person = shown.result.people[self._results.person]
        if not person.alternatives or shown.mesh is None:
            return ()
        bodies = (person, *person.alternatives)
        return tuple(body_layers((body,), shown.mesh.faces, Painted(), 0)[0] for body in bodies)

    @Slot(object, object)
    def _overlay_drawn(self, request: OverlayRequest, image: OverlayImage) -> None:
        shown = self._results.shown
        if shown is None or (shown.quality == "full" and shown.request_id != request.request_id):
            return  # of a picture that was left meanwhile
        self.overlay_ready.emit(request.request_id)
        self._picture.view.set_mesh_overlay(image.picture)
        if request.quality != "draft":
            self._reading.set_readings(image.readings, self._view.options.reading)

    @Slot(object, object)
    def _overlay_failed(self, _request: OverlayRequest, failure: Failure) -> None:
        self._activity.log(tr("overlay: {words}", words=failure.text), "error")
