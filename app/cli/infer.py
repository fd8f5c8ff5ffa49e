"""``meshloupe infer``: pictures and videos in, bodies out, no window."""

from __future__ import annotations

import math
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.all_devices import run_on_all
from app.cli.console import (
    EXIT_CANCELLED,
    EXIT_FAILED,
    console,
    print_json,
    say,
    say_error,
    wrong_use,
)
from app.cli.infer_options import (
    box_of,
    check_detector,
    check_device,
    check_focal,
    kinds_of,
    methods_of,
    precision_of,
    refinement_of,
    shard_of,
    smoothing_of,
)
from core.errors import Cancelled

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.pipeline.job_spec import InferJob, JobStep
    from core.types import GroundPlane, Reconstruction

DEFAULT_SAVE = "npz,overlay"
MOST_VIEWS = 8


def infer(
    inputs: Annotated[
        list[Path], typer.Argument(metavar="INPUT", help="Pictures, videos or folders.")
    ],
    method: Annotated[
        str, typer.Option("--method", metavar="ID[,ID...]", help="See meshloupe methods.")
    ],
    preset: Annotated[
        str | None, typer.Option(metavar="lite|paper", help="Size of the network.")
    ] = None,
    variant: Annotated[str | None, typer.Option(metavar="V", help="Network of the preset.")] = None,
    weights: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Weights; default: yours, then shipped.")
    ] = None,
    body: Annotated[
        str, typer.Option(metavar="NAME|FILE", help="Body model, e.g. your SMPL file.")
    ] = "embedded",
    box: Annotated[
        list[str] | None,
        typer.Option(metavar="x0,y0,x1,y1", help="A person's box, pixels; may be repeated."),
    ] = None,
    detector: Annotated[
        str, typer.Option(metavar="NAME", help="auto, embedded, yolo, none, or a YOLO .pt file.")
    ] = "auto",
    joints: Annotated[
        Path | None, typer.Option(metavar="FILE", help="2D joints of the people, JSON.")
    ] = None,
    focal: Annotated[
        float | None,
        typer.Option(metavar="PX", help="Focal length, pixels; default: the picture's diagonal."),
    ] = None,
    device: Annotated[
        str,
        typer.Option(metavar="auto|cpu|cuda[:N]|all", help="all: every CUDA device at once."),
    ] = "auto",
    shard: Annotated[
        str | None,
        typer.Option(
            metavar="I/N",
            help="Do part I of N, counted from 1; default: as a Slurm array or torchrun says.",
        ),
    ] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for results.")] = Path("out"),
    save: Annotated[
        str,
        typer.Option(
            metavar="KINDS",
            help="Of obj,ply,glb,bvh,npz,overlay,video,coco,amass,humandata,spin,phalp; or none. "
            "Videos: bvh and glb hold the motion.",
        ),
    ] = DEFAULT_SAVE,
    smooth: Annotated[
        str, typer.Option(metavar="off|light|strong", help="Steadiness of people in videos.")
    ] = "light",
    refine: Annotated[
        str,
        typer.Option(
            metavar="off|quick|thorough",
            help="Bring bodies onto the 2D joints seen, and (thorough) onto the silhouette.",
        ),
    ] = "off",
    average: Annotated[
        int,
        typer.Option(metavar="N", help="Average the answers for N views of a crop, 1 (off) to 8."),
    ] = 1,
    precision: Annotated[
        str,
        typer.Option(
            metavar="full|half",
            help="half: faster, a millimetre less exact, where the device has it.",
        ),
    ] = "full",
    lock_feet: Annotated[
        bool, typer.Option("--lock-feet", help="In videos, standing feet do not slide.")
    ] = False,
    ground: Annotated[
        bool,
        typer.Option(
            "--ground",
            help="In videos, find the ground under the feet; bvh, glb and amass move over it.",
        ),
    ] = False,
    redo: Annotated[
        bool, typer.Option("--redo", help="Do again what an earlier run has finished.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Pictures and videos in, bodies and files out."""
    if box and joints is not None:
        raise wrong_use("give either boxes or joints: joints carry their own boxes", "--box")
    check_focal(focal)
    check_detector(detector)
    check_device(device)
    if device == "all" and as_json:
        raise wrong_use("several processes cannot print one JSON; leave --json out", "--device")
    boxes = tuple(box_of(text) for text in box or ())
    part, kinds, smoothing = shard_of(shard), kinds_of(save), smoothing_of(smooth)
    level, exactness = refinement_of(refine), precision_of(precision)
    if not 1 <= average <= MOST_VIEWS:
        raise wrong_use(f"from 1 (off) to {MOST_VIEWS} views can be averaged", "--average")
    from core.pipeline.config import EngineConfig
    from core.pipeline.job_spec import InferJob
    from core.pipeline.shards import local_device
    from core.temporal import TemporalSettings

    engines = tuple(
        EngineConfig(
            method=method_id,
            preset=preset,
            variant=variant,
            weights=weights,
            body=body,
            device=local_device("auto" if device == "all" else device),
            focal_px=focal,
            detector="none" if boxes or joints else detector,
            refine=level,
            average=average,
            precision=exactness,
        )
        for method_id in methods_of(method, preset, variant)
    )
    if weights is not None and len(engines) > 1:
        raise wrong_use("one weights file fits one method; run the methods apart", "--weights")
    job = InferJob(
        inputs=tuple(inputs),
        engines=engines,
        out=out,
        save=kinds,
        boxes=boxes,
        joints=joints,
        shard=part,
        temporal=TemporalSettings(
            smoothing, hold_shape=smoothing != "off", lock_feet=lock_feet, ground=ground
        ),
        redo=redo,
    )
    raise typer.Exit(_run_on_all(job) if device == "all" else _run(job, as_json))


def _run_on_all(job: InferJob) -> int:
    from core.pipeline.devices import all_devices
    from core.pipeline.jobs import checked_inputs

    devices = all_devices()
    if len(devices) == 1:
        return _run(job, as_json=False)
    checked_inputs(job.inputs, job.out)  # what is wrong with them is said once
    return run_on_all(job, devices, _run_part)


def _run_part(job: InferJob, watched: bool) -> int:
    return _run(job, as_json=False, watched=watched)


def _run(job: InferJob, as_json: bool, *, watched: bool = True) -> int:
    """Do the job with progress on stderr; results on stdout as JSON or one line each."""
    from core.pipeline.jobs import run_job

    steps: list[dict[str, Any]] = []
    count = failures = people = earlier = waiting = 0
    try:
        with _stop_on_interrupt() as stop, _progress(watched) as advance:
            for step in run_job(job, stop):
                advance(step)
                count += 1
                if step.error is not None:
                    failures += 1
                    say_error(str(step.error))
                people += 0 if step.result is None else len(step.result.people)
                earlier += step.earlier
                waiting += bool(step.note)
                _say_more(step, asks_ground=job.temporal.ground)
                if not as_json:
                    for path in step.written:
                        print(path)
                else:
                    steps.append(_without_arrays(step))
    except (KeyboardInterrupt, Cancelled):
        say_error(
            "stopped; what was finished stays, nothing half-written remains;"
            " videos go on where they are when run again"
        )
        return EXIT_CANCELLED
    if as_json:
        print_json(steps)
    if count == 0:
        say(f"shard {job.shard} holds no input: nothing to do")
    elif people == 0 and not failures and not earlier and not waiting:
        _say_nobody(job)
        return EXIT_FAILED
    return EXIT_FAILED if failures else 0


def _say_more(step: JobStep, *, asks_ground: bool) -> None:
    """Notes, what steadying has gained, and the ground, on stderr."""
    if step.note:
        say(f"{step.source}: {step.note}")
    gained = step.steadiness
    if gained is not None and gained.frames:
        say(
            f"{step.source}: jitter {gained.jitter_before_mm:.1f} -> {gained.jitter_after_mm:.1f} mm"
            f" per frame squared, standing feet slide {gained.sliding_before_mm:.1f} ->"
            f" {gained.sliding_after_mm:.1f} mm per frame"
        )
    if gained is not None and asks_ground:
        say(f"{step.source}: {_ground_words(step.ground)}")


def _ground_words(ground: GroundPlane | None) -> str:
    """What is known of the ground under a finished video."""
    from core.geometry.ground_plane import pitch_of

    if ground is None:
        return "nobody stood long enough to tell the ground; motion stays in the camera's frame"
    return (
        f"the ground lies {ground.height:.2f} m below the camera, which looks"
        f" {math.degrees(pitch_of(ground)):.1f} +- {math.degrees(ground.tilt_sd):.1f} degrees down"
    )


@contextmanager
def _stop_on_interrupt() -> Iterator[threading.Event]:
    """Ctrl-C asks the job to stop at its next safe point; a second one stops it at once.

    An interrupt in the middle of any instruction could fall between making a temporary file and
    promising its removal.
    """
    stop = threading.Event()
    before = signal.getsignal(signal.SIGINT)
    ours = before is signal.default_int_handler

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.set()
        signal.signal(signal.SIGINT, before)

    if ours:
        signal.signal(signal.SIGINT, ask)
    try:
        yield stop
    finally:
        if ours:
            signal.signal(signal.SIGINT, before)


def _say_nobody(job: InferJob) -> None:
    if job.joints is not None:
        say_error(
            f"{job.joints}: names none of these inputs; its keys must be file names such as"
            f" {job.inputs[0].name}, or {job.inputs[0].name}#12 for frame 12 of a video"
        )
    else:
        say_error("nobody was found; give --box x0,y0,x1,y1 or --detector none")


def _without_arrays(step: JobStep) -> dict[str, Any]:
    """What a program wants to know of a step."""
    result = step.result
    entry: dict[str, Any] = {
        "input": str(step.source),
        "error": None if step.error is None else str(step.error),
        "files": [str(path) for path in step.written],
    }
    if step.note or step.earlier:
        entry |= {"note": step.note, "earlier": step.earlier}
    if step.steadiness is not None:
        entry["steadiness"] = {k: round(v, 4) for k, v in asdict(step.steadiness).items()}
    if step.ground is not None:
        entry["ground"] = asdict(step.ground)
    if result is not None:
        entry |= {
            "method": result.method,
            "frame": result.frame.index,
            "status": result.status,
            "people": [
                {
                    "box_xyxy": [round(float(v), 2) for v in person.box_xyxy],
                    "score": round(float(person.score), 4),
                    "camera_full": [round(float(v), 4) for v in person.camera_full],
                    "track_id": person.track_id,
                    "note": person.note,
                    **_refinement(person),
                }
                for person in result.people
            ],
            "seconds": {t.stage: round(t.seconds, 5) for t in result.timing},
        }
    return entry


def _refinement(person: Reconstruction) -> dict[str, Any]:
    """What a refinement gained, for people who were refined; unknown numbers are null."""
    done = person.refinement
    if done is None:
        return {}
    before, after = (
        round(value, 3) if math.isfinite(value) else None
        for value in (done.before_percent, done.after_percent)
    )
    return {
        "refinement": {
            "level": done.level,
            "before_percent": before,
            "after_percent": after,
            "accepted": done.accepted,
        }
    }


@contextmanager
def _progress(watched: bool) -> Iterator[Callable[[JobStep], None]]:
    """A progress bar on stderr where a person watches, else nothing."""
    shown = console(stderr=True)
    if not (watched and shown.is_terminal):
        yield lambda _: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=shown, transient=True) as bar:
        task = bar.add_task("loading", total=None)

        def advance(step: JobStep) -> None:
            bar.update(
                task, description=step.source.name, completed=step.done, total=step.total or None
            )

        yield advance
