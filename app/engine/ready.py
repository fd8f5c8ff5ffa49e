"""What can run on this machine, and taking in files that people bring."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.settings.language import mark, tr

RELEASED = mark("bring the file that its authors released")
OWN = mark("never released: bring one of your own")


@dataclass(frozen=True)
class ReadyRequest:
    """List every network with its weights, and the bodies and other files that were brought."""


@dataclass(frozen=True)
class BringRequest:
    """Recognise a file by its content and keep a copy."""

    path: Path


@dataclass(frozen=True)
class ReadyRow:
    """One network.

    Attributes:
        title, preset, variant: which.
        ready: whether it runs now.
        state: where its weights come from, or what is missing.
        licence: of the weights.
        where: to find what is missing; a line of text with addresses.
    """

    title: str
    preset: str
    variant: str
    ready: bool
    state: str
    licence: str
    where: str = ""


@dataclass(frozen=True)
class Ready:
    """Everything: networks, and files of the user (what it is, name)."""

    networks: tuple[ReadyRow, ...]
    files: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Brought:
    """A file that was taken in."""

    path: Path
    title: str
    kind: str
    method: str
    preset: str
    variant: str


def where_to_find(method: str) -> str:
    """Addresses of a method's files today, and which old ones are dead."""
    from core.methods.sources import OF_METHODS

    source = OF_METHODS.get(method)
    if source is None:
        return tr("its authors have published neither code nor weights")
    words = tr("code and word of the weights: {page}", page=source.page)
    if source.dead:
        words += "; " + tr(
            "the old links to {dead} are closed since 2025, people pass copies on in {thread}",
            dead=source.dead,
            thread=source.thread,
        )
    return words


def what_is_ready() -> Ready:
    """The state of every network; imports torch."""
    from core.methods import list_methods
    from core.pipeline.loading import find_weights
    from core.weights import list_files

    rows = []
    for entry in list_methods():
        for preset in entry.presets:
            for variant in preset.variants:
                found = find_weights(entry.id, preset.id, variant.id)
                if found.state == "none":
                    state = tr(
                        "needs weights: {cure}", cure=tr(RELEASED if variant.released else OWN)
                    )
                elif found.path is None:
                    state = tr("in the box")
                else:
                    state = tr("yours: {name}", name=found.path.name)
                ready = found.state != "none"
                where = "" if ready else where_to_find(entry.id)
                rows.append(
                    ReadyRow(entry.title, preset.id, variant.id, ready, state, found.licence, where)
                )
    files = tuple((stored.title, stored.name) for stored in list_files())
    return Ready(tuple(rows), files)


def bring(path: Path) -> Brought:
    """Keep a copy of a file, recognised by what is in it; nothing in it is executed.

    Raises:
        InputError: MeshLoupe has no use for it, or it is damaged.
        UnsafeFileError: it asks to run code.
        OutputError: the user's folder cannot be written to.
    """
    from core.weights import add_file

    stored = add_file(path)
    return Brought(path, stored.title, stored.kind, stored.method, stored.preset, stored.variant)
