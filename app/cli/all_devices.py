"""``--device all``: one process for each CUDA device of the machine, a part of the inputs for each."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from multiprocessing import get_context
from typing import TYPE_CHECKING

from app.cli.console import EXIT_CANCELLED, EXIT_DONE, EXIT_FAILED, say_error

if TYPE_CHECKING:
    from core.pipeline.job_spec import InferJob

Run = Callable[["InferJob", bool], int]


def job_of(job: InferJob, row: int, devices: Sequence[str]) -> InferJob:
    """The part of a job that the ``row``-th device does; parts of a shard are shards themselves."""
    from core.pipeline.shards import Shard

    shard = Shard(job.shard.index * len(devices) + row, job.shard.count * len(devices))
    engines = tuple(replace(engine, device=devices[row]) for engine in job.engines)
    return replace(job, engines=engines, shard=shard)


def run_on_all(job: InferJob, devices: Sequence[str], run: Run) -> int:
    """Do a job on several devices at once; returns the worst exit code.

    Args:
        job: what to do; its device is replaced.
        devices: as ``--device`` takes them.
        run: does a job in a process of its own; told whether a bar may show its progress.
    """
    context = get_context("spawn")
    parts = [job_of(job, row, devices) for row in range(len(devices))]
    workers = [
        context.Process(target=_work, args=(run, part, row == 0), name=f"infer on {devices[row]}")
        for row, part in enumerate(parts)
    ]
    for worker in workers:
        worker.start()
    # Ctrl-C reaches every process of the terminal; this one waits until the others have stopped.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        for worker in workers:
            worker.join()
    finally:
        signal.signal(signal.SIGINT, before)
    codes = [worker.exitcode for worker in workers]
    for worker, code in zip(workers, codes, strict=True):
        if code is None or code < 0:
            say_error(f"{worker.name} was lost; run it again, what is finished is not done again")
    if EXIT_CANCELLED in codes:
        return EXIT_CANCELLED
    return EXIT_DONE if all(code == EXIT_DONE for code in codes) else EXIT_FAILED


def _work(run: Run, job: InferJob, watched: bool) -> None:
    from core.errors import MeshLoupeError

    try:
        sys.exit(run(job, watched))
    except MeshLoupeError as error:
        say_error(str(error))
        sys.exit(EXIT_FAILED)
