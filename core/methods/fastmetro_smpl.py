"""The optional head of FastMETRO that reads pose and shape from its mesh (Kolotouros et al. 2019)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

WIDTH = 1024
BETAS = 10


class FullyConnected(nn.Module):
    """Linear, norm and ReLU; with ``residual`` two of them beside a shortcut."""

    def __init__(self, inputs: int, outputs: int, *, residual: bool) -> None:
        super().__init__()
        self.residual = residual
        layers: list[nn.Module] = [nn.Linear(inputs, outputs), nn.BatchNorm1d(outputs)]
        if residual:
            layers += [nn.ReLU(), nn.Linear(outputs, outputs), nn.BatchNorm1d(outputs)]
        self.block = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        """(B, inputs) to (B, outputs)."""
        return F.relu(x + self.block(x) if self.residual else self.block(x))


class PoseShapeHead(nn.Module):
    """Vertices of the mid mesh to local rotations and shape numbers.

    As in the released code a matrix is projected by its singular value decomposition to U V^T times
    the determinant of that product. This is the nearest rotation only where the determinant is
    positive; elsewhere it is a rotation all the same, and the weights were trained with it.
    """

    def __init__(self, vertices: int, joints: int) -> None:
        super().__init__()
        self.joints = joints
        self.layers = nn.Sequential(
            FullyConnected(3 * vertices, WIDTH, residual=False),
            FullyConnected(WIDTH, WIDTH, residual=True),
            FullyConnected(WIDTH, WIDTH, residual=True),
            nn.Linear(WIDTH, 9 * joints + BETAS),
        )

    def forward(self, vertices: Tensor) -> tuple[Tensor, Tensor]:
        """Rotations (B, joints, 3, 3) and betas (B, 10) of vertices (B, V, 3), metres."""
        numbers = self.layers(vertices.flatten(1)).float()
        matrices, betas = numbers.split((9 * self.joints, BETAS), 1)
        u, _, vh = torch.linalg.svd(matrices.unflatten(1, (self.joints, 3, 3)))
        turned = u @ vh
        return turned * torch.linalg.det(turned).detach().sign()[..., None, None], betas
