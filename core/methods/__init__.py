"""One file per method, and the registry that names them without importing torch."""

from core.methods.registry import (
    MethodEntry,
    Preset,
    Variant,
    create_method,
    list_methods,
    method_entry,
)

__all__ = ["MethodEntry", "Preset", "Variant", "create_method", "list_methods", "method_entry"]
