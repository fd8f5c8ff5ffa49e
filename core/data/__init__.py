"""Data sets of the field, each read from its own layout into one common record.

Nothing in a file is executed. Each reader is a `DataSet`; its module says which layout it reads.
"""

from core.data.catalogue import DataSetRow, dataset_row, list_datasets, open_dataset
from core.data.dataset import DataSet
from core.data.pictures import load_pixels, picture_size
from core.data.posing import BodyFamily, fit_error, posed_vertices, true_vertices
from core.data.record import BodyParameters, Joints, PersonRecord, PictureRef, PinholeCamera

__all__ = [
    "BodyFamily",
    "BodyParameters",
    "DataSet",
    "DataSetRow",
    "Joints",
    "PersonRecord",
    "PictureRef",
    "PinholeCamera",
    "dataset_row",
    "fit_error",
    "list_datasets",
    "load_pixels",
    "open_dataset",
    "picture_size",
    "posed_vertices",
    "true_vertices",
]
