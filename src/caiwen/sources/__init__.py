"""Structured sources: exports of data vendors and any SQL database, read by a mapping (a small YAML) into facts.

A mapping names the key columns; columns whose header is a known item need no entry. Rows stream: a table of
any length is read in bounded memory, twice (once to see which rows are on the wrong scale).
"""

from caiwen.sources.mapping import Mapping, load_mapping, preset_names
from caiwen.sources.reading import MAPPED, Reading, open_source, read_directory
from caiwen.sources.rows import hide_password

__all__ = [
    "MAPPED",
    "Mapping",
    "Reading",
    "hide_password",
    "load_mapping",
    "open_source",
    "preset_names",
    "read_directory",
]
