"""Launchers: how an environment's processes come to be."""
