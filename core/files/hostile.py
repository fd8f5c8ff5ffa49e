"""Names that have no place in a data file. Used for the message only: nothing is ever called."""

from __future__ import annotations

from core.files.limits import GlobalName

# Any name below these modules ...
_MODULES = frozenset(
    "os posix nt subprocess socket shutil runpy importlib ctypes _ctypes pty code codeop pickle "
    "_pickle marshal webbrowser commands popen2 asyncio imp urllib http ftplib smtplib requests pip "
    "ensurepip timeit cProfile profile pdb bdb".split()
)
# ... and these single ones.
_EVERYDAY = (
    "eval exec compile __import__ open input breakpoint execfile apply file exit quit globals locals "
    "vars delattr setattr"
)
_NAMES = frozenset(
    [f"{module}.{name}" for module in ("builtins", "__builtin__") for name in _EVERYDAY.split()]
    + "types.FunctionType types.CodeType operator.methodcaller operator.attrgetter sys.modules "
    "sys.settrace threading.Thread threading.Timer multiprocessing.Process multiprocessing.Pool "
    "platform.popen numpy.testing.runstring".split()
)


def is_hostile(name: GlobalName) -> bool:
    """Whether a call of ``name`` means an attack."""
    return name.module.split(".")[0] in _MODULES or str(name) in _NAMES
