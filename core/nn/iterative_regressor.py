"""The regressor of HMR (Kanazawa et al. 2018), which SPIN, CLIFF and Multi-RoI HMR keep.

It starts from a mean body and camera and corrects them some times, seeing the present state.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from core.geometry.rotations import rot6d_to_rotmat

STATE = {"pose": 144, "shape": 10, "cam": 3}
UPRIGHT = (1.0, 0.0, 0.0, -1.0, 0.0, 0.0)  # half a turn about x: standing, in camera axes
AT_REST = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
START_SCALE = 0.9


class IterativeRegressor(nn.Module):
    """Feature, boxes and the present state give a change of the state.

    Two linear layers without activation, dropout in training, one linear head per part of the state.
    """

    def __init__(
        self,
        inputs: int,
        hidden: int,
        iterations: int,
        parts: tuple[str, ...],
        dropout: float = 0.5,
    ) -> None:
        super().__init__()
        self.iterations, self.parts = iterations, parts
        sizes = {name: STATE[name] for name in parts}
        self.fc1 = nn.Linear(inputs + sum(sizes.values()), hidden)
        self.fc2 = nn.Linear(hidden, 1024)
        self.drop = nn.Dropout(dropout)
        self.heads = nn.ModuleDict({name: _small(nn.Linear(1024, n)) for name, n in sizes.items()})
        start = {
            "pose": torch.tensor([*UPRIGHT, *AT_REST * 23]),
            "shape": torch.zeros(STATE["shape"]),
            "cam": torch.tensor([START_SCALE, 0.0, 0.0]),
        }
        for name in parts:
            self.register_buffer(f"init_{name}", start[name][None])

    def forward(
        self, inputs: Tensor, start: Mapping[str, Tensor] | None = None
    ) -> dict[str, Tensor]:
        """(N, inputs) to the parts of the state, each (N, size), from the mean or a given start."""
        state = {name: getattr(self, f"init_{name}").expand(len(inputs), -1) for name in self.parts}
        if start is not None:
            state = {name: start[name] for name in self.parts}
        for _ in range(self.iterations):
            hidden = self.drop(self.fc1(torch.cat([inputs, *state.values()], 1)))
            hidden = self.drop(self.fc2(hidden))
            state = {name: value + self.heads[name](hidden) for name, value in state.items()}
        return state


def rotmat_of_pose(pose: Tensor) -> Tensor:
    """(N, 144) to (N, 24, 3, 3): six numbers a joint, even ones the first column, odd the second."""
    columns = pose.view(len(pose), -1, 3, 2)
    return rot6d_to_rotmat(torch.cat([columns[..., 0], columns[..., 1]], -1))


def pose_of_rotmat(rotmat: Tensor) -> Tensor:
    """Inverse of `rotmat_of_pose`: (N, 24, 3, 3) to (N, 144)."""
    return rotmat[..., :2].flatten(1)


def _small(head: nn.Linear) -> nn.Linear:
    """First corrections near zero, as in HMR."""
    nn.init.xavier_uniform_(head.weight, gain=0.01)
    return head
