"""Portico: AWS Lambda, and every way there is to call it, on your own machines."""

__version__ = "0.1.0"
