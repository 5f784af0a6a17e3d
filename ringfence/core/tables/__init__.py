"""Tables that people bring: any usual file in, text columns out; and rows written back safely."""

from ringfence.core.tables.reading import read
from ringfence.core.tables.table import BadRow, Note, Table
from ringfence.core.tables.writing import write_rows

__all__ = ["BadRow", "Note", "Table", "read", "write_rows"]
