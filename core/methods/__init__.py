"""One file per method, and the registry that names them without importing torch."""

from core.methods.registry import create_method, list_methods, method_entry

__all__ = ["create_method", "list_methods", "method_entry"]
