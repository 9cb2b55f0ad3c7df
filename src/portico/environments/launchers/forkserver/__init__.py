"""Environments forked from a warm, empty parent (a zygote). `client` is the server's side; the other modules run in the zygote.

The zygote's modules and `runtimes/python` are stdlib-only and are loaded under names of their own (see `boot`), so that nothing
of Portico or of its dependencies can be imported by a function.
"""
