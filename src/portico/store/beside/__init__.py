"""Databases beside the store's own, for what is not acknowledged to anybody or may be lost whole: log events, metrics.

| module | what is there |
|---|---|
| `files` | a database's file: opened, brought into shape, moved aside when it is damaged |
| `threads` | one thread that writes, one that reads, and what their errors mean |
"""

from portico.store.beside.files import Layout
from portico.store.beside.threads import Beside, Writing

__all__ = ["Beside", "Layout", "Writing"]
