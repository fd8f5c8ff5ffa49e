"""Proof that our code computes what the authors' code computes, once their weights are loaded."""

from core.verify.compare import FixtureReport, FixtureStatus, OutputCheck
from core.verify.run import verify, verify_each

__all__ = ["FixtureReport", "FixtureStatus", "OutputCheck", "verify", "verify_each"]
