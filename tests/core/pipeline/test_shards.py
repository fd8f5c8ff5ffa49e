"""Shards by hand, by Slurm's array and by torchrun."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import InputError
from core.pipeline.shards import Shard, local_device, shard_of_environment


def _slurm(task: int, low: int, high: int, step: int = 1) -> dict[str, str]:
    count = len(range(low, high + 1, step))
    return {
        "SLURM_ARRAY_TASK_ID": str(task),
        "SLURM_ARRAY_TASK_MIN": str(low),
        "SLURM_ARRAY_TASK_MAX": str(high),
        "SLURM_ARRAY_TASK_STEP": str(step),
        "SLURM_ARRAY_TASK_COUNT": str(count),
    }


def test_nothing_set_means_no_shard() -> None:
    assert shard_of_environment({}) is None
    assert shard_of_environment({"RANK": "0"}) is None


@pytest.mark.parametrize(("low", "high", "step"), [(0, 3, 1), (1, 4, 1), (10, 40, 10)])
def test_every_file_is_done_once_by_an_array(low: int, high: int, step: int) -> None:
    files = [Path(f"{number}.png") for number in range(11)]
    done = []
    for task in range(low, high + 1, step):
        shard = shard_of_environment(_slurm(task, low, high, step))
        assert shard is not None
        assert shard.count == 4
        done += shard.of(files)
    assert sorted(done) == sorted(files)


def test_torchrun_and_an_array_multiply() -> None:
    shards = {
        shard_of_environment({**_slurm(task, 0, 2), "RANK": str(rank), "WORLD_SIZE": "2"})
        for task in range(3)
        for rank in range(2)
    }
    assert shards == {Shard(index, 6) for index in range(6)}
    assert shard_of_environment({"RANK": "1", "WORLD_SIZE": "2"}) == Shard(1, 2)


def test_contradictions_are_said() -> None:
    with pytest.raises(InputError, match=r"has gaps.*--array=0-N"):
        shard_of_environment({**_slurm(0, 0, 7), "SLURM_ARRAY_TASK_COUNT": "3"})
    with pytest.raises(InputError, match=r"RANK is not one of 2 parts; give --shard"):
        shard_of_environment({"RANK": "2", "WORLD_SIZE": "2"})


def test_people_count_from_one() -> None:
    assert str(Shard(0, 4)) == "1/4"


def test_a_device_that_was_asked_for_stays() -> None:
    assert local_device("cpu", {"LOCAL_RANK": "1"}) == "cpu"
    assert local_device("auto", {}) == "auto"
