"""The options of ``python -m training.evaluate --data``, and its progress on the screen."""

from __future__ import annotations

import argparse
import re
import signal
import sys
import threading
import time
from pathlib import Path

from core.errors import Cancelled, InputError
from core.metrics import list_protocols
from core.pipeline.config import EngineConfig
from core.pipeline.shards import Shard, local_device, shard_of_environment
from training.evaluation.markdown import markdown
from training.evaluation.plan import open_plan
from training.evaluation.run import Progress, run_plan
from training.evaluation.spec import DEFAULT_BATCH, EvaluationSpec, parse_data

DEFAULT_OUT = Path("out") / "evaluation"
TELL_EVERY_S = 2.0
EXIT_CANCELLED = 130


def add_options(parser: argparse.ArgumentParser) -> None:
    """Everything that belongs to ``--data``."""
    group = parser.add_argument_group("on a data set")
    add = group.add_argument
    add("--data", metavar="ID=PATH[:split]", help="a reader of core.data and where its files are")
    add("--protocol", metavar="ID", help=", ".join(p.id for p in list_protocols()))
    add("--preset", metavar="lite|paper")
    add("--variant", metavar="V", help="network of the preset")
    add("--body", default="embedded", metavar="NAME|FILE", help="body model, e.g. your SMPL file")
    add("--male", type=Path, metavar="FILE", help="SMPL of men, for gendered truth")
    add("--female", type=Path, metavar="FILE", help="SMPL of women, for gendered truth")
    add("--regressor", type=Path, metavar="FILE", help="Human3.6M regressor to measure with, .npy")
    add("--regressor-extra", type=Path, metavar="FILE", help="METRO's J_regressor_extra.npy")
    add("--holds", default="", metavar="ID/SPLIT", help="what a container (TSV, NPZ) holds")
    add("--only", type=Path, metavar="LIST", help="only the people of a regression list")
    add("--limit", type=int, default=0, metavar="N", help="only N people, spread evenly")
    add("--submission", type=Path, metavar="ZIP", help="write FreiHAND's archive for its server")
    add("--out", type=Path, metavar="DIR", help="default: a folder below out/evaluation")
    add("--device", default="auto", metavar="auto|cpu|cuda[:N]")
    add("--shard", metavar="I/N", help="part I of N, from 1; default: as Slurm or torchrun says")
    add("--batch", type=int, default=DEFAULT_BATCH, metavar="N", help="people at once")


def evaluation_spec(options: argparse.Namespace) -> EvaluationSpec:
    """The options as a value.

    Raises:
        InputError: they make no sense.
    """
    if not options.protocol:
        known = ", ".join(protocol.id for protocol in list_protocols())
        raise InputError("--data needs --protocol ID", cure=f"use one of: {known}")
    if options.batch < 1 or options.limit < 0:
        raise InputError("--batch must be positive and --limit not negative")
    if options.refine != "off":
        raise InputError(
            "--refine is not measured on data sets", cure="leave it out, or give --synthetic IDS"
        )
    data, path, split = parse_data(options.data)
    if options.submission is not None and (data, split) != ("freihand", "evaluation"):
        raise InputError(
            "--submission is for FreiHAND's evaluation pictures", cure="give --data freihand=PATH"
        )
    engine = EngineConfig(
        method=options.method,
        preset=options.preset,
        variant=options.variant,
        weights=options.weights,
        body=options.body,
        device=local_device(options.device),
        detector="none",
        average=options.average,
    )
    return EvaluationSpec(
        data=data,
        path=path,
        split=split,
        protocol=options.protocol,
        engine=engine,
        out=options.out or default_out(options, data, split),
        holds=options.holds,
        shard=shard_of(options.shard),
        batch=options.batch,
        limit=options.limit,
        only=options.only,
        male=options.male,
        female=options.female,
        regressor=options.regressor,
        regressor_extra=options.regressor_extra,
        submission=options.submission,
    )


def default_out(options: argparse.Namespace, data: str, split: str) -> Path:
    """``out/evaluation/3dpw-test.metro-paper-body_h64.3dpw-metro``."""
    network = [options.method, options.preset, options.variant]
    parts = [
        "-".join(part for part in (data, split) if part),
        "-".join(part for part in network if part),
        options.protocol,
    ]
    if options.only is not None:
        parts.append(options.only.stem)
    if options.average > 1:
        parts.append(f"{options.average}-views")
    if options.limit:
        parts.append(f"{options.limit}-people")
    return DEFAULT_OUT / re.sub(r"[^\w.+-]", "_", ".".join(parts))


def shard_of(text: str | None) -> Shard:
    """``I/N`` from 1; None: as the environment says.

    Raises:
        InputError: not of that form.
    """
    if text is None:
        return shard_of_environment() or Shard()
    match = re.fullmatch(r"(\d+)/(\d+)", text)
    if match is None or not 1 <= int(match[1]) <= int(match[2]):
        raise InputError(f"{text!r} is not I/N", cure="write for example --shard 1/4")
    return Shard(int(match[1]) - 1, int(match[2]))


def run_command(options: argparse.Namespace) -> int:
    """Measure, print the tables, say where they are; returns the exit code.

    Raises:
        MeshLoupeError: whatever is wrong.
    """
    spec = evaluation_spec(options)
    stop = threading.Event()
    before = signal.getsignal(signal.SIGINT)

    def ask(*_: object) -> None:
        """The first Ctrl-C stops after the batch at hand, a second one at once."""
        stop.set()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, ask)
    try:
        plan = open_plan(spec, _told_index)
        with plan.engine:
            result = run_plan(plan, _Teller(), stop)
    except Cancelled as error:
        sys.stderr.write(f"\n{error}\n")
        return EXIT_CANCELLED
    finally:
        signal.signal(signal.SIGINT, before)
    if result is None:
        sys.stderr.write(
            f"\nshard {spec.shard} is done; the tables are written when all shards are\n"
        )
        return 0
    sys.stdout.write(markdown(result))
    sys.stderr.write(f"\n{result.path}\n")
    return 0


def _told_index(done: float, what: str) -> None:
    sys.stderr.write(f"\rindex {100 * done:3.0f} % {what[:50]:50s}")


class _Teller:
    """How far it is, now and then."""

    def __init__(self) -> None:
        self._start = time.monotonic()
        self._first: int | None = None
        self._last = 0.0

    def __call__(self, state: Progress) -> None:
        now = time.monotonic()
        if self._first is None:
            self._first, self._start = state.done, now
        if state.failure:
            sys.stderr.write(f"\n{state.failure}\n")
        if now - self._last < TELL_EVERY_S and state.done < state.total:
            return
        self._last = now
        rate = (state.done - self._first) / max(now - self._start, 1e-6)
        sys.stderr.write(f"\r{state.done} of {state.total} people, {rate:.1f} a second   ")
