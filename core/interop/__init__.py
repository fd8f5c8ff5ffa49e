"""What a file of the field is, and what can be done with it here."""

from core.interop.inspecting import inspect_any
from core.interop.reports import Report

__all__ = ["Report", "inspect_any"]
