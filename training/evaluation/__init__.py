"""Measuring a method on a data set under a named protocol: streaming, resumable, in shards."""
