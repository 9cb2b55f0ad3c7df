"""Layers: the function is these lines; what it says is in a layer."""

from greetings import greet


def handler(event, context):
    return greet(event.get("name", "world"), event.get("language", "en"))
