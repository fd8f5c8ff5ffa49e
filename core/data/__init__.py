"""Data sets of the field, each read from its own layout into one common record.

Nothing in a file is executed. Each reader is a `DataSet`; its module says which layout it reads.
"""
