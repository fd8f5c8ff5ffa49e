"""Whether a YOLO file holds a network and nothing else, before Ultralytics unpickles it.

A ``.pt`` file is a pickle, and Ultralytics executes what it names. So every name in it must be a
layer, a model class, a tensor or plain data; anything else is refused unread.
"""

from __future__ import annotations

import io
import pickletools
import re
from pathlib import Path

from core.errors import InputError, UnsafeFileError, WeightsError
from core.files.archives import CheckedZip

# ``module name`` as pickle protocol 2 writes it. Classes only: functions of these packages download,
# install and evaluate. No dots in the name, so that nothing inside a class can be reached.
_ALLOWED = re.compile(
    r"(ultralytics\.nn\.modules(\.\w+)* [A-Z]\w*"
    r"|ultralytics\.nn\.tasks \w+Model"
    r"|ultralytics\.utils IterableSimpleNamespace"
    r"|ultralytics\.utils\.(loss|tal) [A-Z]\w*"
    r"|torch\.nn\.modules(\.\w+)* [A-Z]\w*"
    r"|torch\._utils _rebuild_(tensor_v2|parameter)"
    r"|torch (\w+Storage|Size|device|float16|float32|bfloat16|int64)"
    r"|collections OrderedDict"
    r"|(__builtin__|builtins) (set|list|dict|tuple)"
    r"|numpy(\._?core\.multiarray)? (scalar|dtype)"
    r"|_codecs encode)"
)
# Opcodes that name things in ways that cannot be read off the file.
_OPAQUE = frozenset({"STACK_GLOBAL", "INST", "OBJ", "EXT1", "EXT2", "EXT4"})


def check_yolo_file(path: Path) -> None:
    """Return if the file is a YOLO network that only builds layers and tensors.

    Raises:
        WeightsError: missing or not a YOLO file.
        UnsafeFileError: it names anything but layers, tensors and plain data.
    """
    if not path.is_file():
        raise WeightsError(
            "does not exist",
            path=path,
            cure="download yolo11n-pose.pt from Ultralytics (AGPL-3.0) to it, or use --box",
        )
    names = _named(path)
    if not any(name.startswith("ultralytics.nn.tasks ") for name in names):
        raise WeightsError(
            "holds no YOLO network", path=path, cure="use yolo11n-pose.pt of Ultralytics"
        )
    foreign = sorted(name.replace(" ", ".") for name in names if not _ALLOWED.fullmatch(name))
    if foreign:
        raise UnsafeFileError(
            f"names {foreign[0]}, which no YOLO network needs; nothing was loaded",
            path=path,
            cure="get the file from Ultralytics itself",
        )


def _named(path: Path) -> set[str]:
    """All ``module name`` pairs of the file's pickle."""
    not_yolo = WeightsError(
        "is not a YOLO file of today's format", path=path, cure="use yolo11n-pose.pt"
    )
    try:
        with CheckedZip(path) as archive:
            inside = [name for name in archive.members if name.split("/")[-1] == "data.pkl"]
            if len(inside) != 1:
                raise not_yolo
            pickled = archive.read(inside[0])
    except UnsafeFileError:
        raise
    except InputError:
        raise not_yolo from None
    names: set[str] = set()
    try:
        for opcode, argument, _ in pickletools.genops(io.BytesIO(pickled)):
            if opcode.name in _OPAQUE:
                names.add(f"opcode {opcode.name}")
            elif opcode.name == "GLOBAL":
                names.add(str(argument))
    except ValueError:
        raise not_yolo from None
    return names
