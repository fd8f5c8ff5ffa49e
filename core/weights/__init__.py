"""Weights: recognised by content, loaded without executing anything, kept in one user folder."""

from core.weights.adding import add_file
from core.weights.cards import (
    CardFile,
    CardNumber,
    ModelCard,
    embedded_weights,
    list_cards,
    load_embedded,
    read_card,
    write_card,
)
from core.weights.convert import convert
from core.weights.load import Loadable, WeightPart, load_weights
from core.weights.recognise import inspect_file
from core.weights.reports import FileKind, FileReport, LoadReport, TensorInfo
from core.weights.user_folder import StoredFile, list_files, newest_weights, user_dir

__all__ = [
    "CardFile",
    "CardNumber",
    "FileKind",
    "FileReport",
    "LoadReport",
    "Loadable",
    "ModelCard",
    "StoredFile",
    "TensorInfo",
    "WeightPart",
    "add_file",
    "convert",
    "embedded_weights",
    "inspect_file",
    "list_cards",
    "list_files",
    "load_embedded",
    "load_weights",
    "newest_weights",
    "read_card",
    "user_dir",
    "write_card",
]
