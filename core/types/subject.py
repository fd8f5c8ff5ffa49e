"""What a network reconstructs."""

from __future__ import annotations

from typing import Literal

Subject = Literal["body", "hand"]
