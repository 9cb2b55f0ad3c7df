"""Environments that are processes like any other: an interpreter for each, started by the server itself. For systems that are not Linux.

`client` is the server's side; `program` is what it starts, in two roles: `keeper`, the first process of an environment, and the Python
runtime in a process of its own.
"""
