"""Averaged gradients of several processes are those of one process with all of their people."""

import os
import socket

import pytest
import torch
import torch.multiprocessing as mp
from torch import nn

from core.errors import InputError
from training.distributed import Workers, join_workers

PEOPLE, FEATURES = 8, 5


def _network() -> nn.Module:
    torch.manual_seed(3)
    return nn.Sequential(nn.Linear(FEATURES, 4), nn.ReLU(), nn.Linear(4, 1))


def _gradients(network: nn.Module, people: torch.Tensor) -> None:
    network(people).square().mean().backward()


def _work(rank: int, port: int, people: torch.Tensor, answers) -> None:
    os.environ |= {"RANK": str(rank), "WORLD_SIZE": "2", "MASTER_ADDR": "localhost"}
    os.environ["MASTER_PORT"] = str(port)
    workers = join_workers("cpu")
    network = _network()
    if rank:
        with torch.no_grad():
            for p in network.parameters():
                p.add_(1.0)
    workers.same_start(network)
    _gradients(network, people[rank::2])
    workers.average(network.parameters())
    agreed = workers.agreed(0.25 if rank == 0 else 0.5)
    answers.put((rank, agreed, [p.grad.numpy().copy() for p in network.parameters()]))
    workers.close()


def test_two_processes_have_the_gradients_of_one() -> None:
    torch.manual_seed(0)
    people = torch.randn(PEOPLE, FEATURES)
    alone = _network()
    _gradients(alone, people)
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    context = mp.get_context("spawn")
    answers = context.SimpleQueue()
    started = [context.Process(target=_work, args=(r, port, people, answers)) for r in range(2)]
    for process in started:
        process.start()
    both = [answers.get() for _ in started]
    for process in started:
        process.join(60)
        assert process.exitcode == 0
    for _, agreed, gradients in both:
        assert agreed == 0.25
        for mine, p in zip(gradients, alone.parameters(), strict=True):
            torch.testing.assert_close(torch.from_numpy(mine), p.grad)


def test_one_process_needs_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    workers = join_workers("cpu")
    assert workers == Workers(0, 1, torch.device("cpu"))
    assert workers.agreed(0.5) == 0.5
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.delenv("MASTER_ADDR", raising=False)
    with pytest.raises(InputError, match="torchrun"):
        join_workers("cpu")
