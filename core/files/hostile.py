"""Names that have no place in a data file. Used for the message only: nothing is ever called."""

from __future__ import annotations

from core.files.limits import GlobalName

# Any name below these modules ...
_MODULES = """
    os posix nt subprocess socket shutil runpy importlib ctypes _ctypes pty code codeop pickle _pickle
    marshal webbrowser commands popen2 asyncio imp urllib http ftplib smtplib requests pip ensurepip
    timeit cProfile profile pdb bdb
"""
# ... these functions that need no import ...
_BUILT_IN = """
    eval exec compile __import__ open input breakpoint execfile apply file exit quit globals locals
    vars delattr setattr
"""
# ... and these single ones.
_SINGLE = """
    types.FunctionType types.CodeType operator.methodcaller operator.attrgetter sys.modules
    sys.settrace threading.Thread threading.Timer multiprocessing.Process multiprocessing.Pool
    platform.popen numpy.testing.runstring
"""
_BUILT_IN_MODULES = ("builtins", "__builtin__")


def is_hostile(name: GlobalName) -> bool:
    """Whether a call of ``name`` means an attack."""
    if name.module in _BUILT_IN_MODULES:
        return name.name.split(".")[0] in _BUILT_IN.split()
    return name.module.split(".")[0] in _MODULES.split() or str(name) in _SINGLE.split()
