"""What functions share: a layer's `python` folder is on their path, as /opt/python."""

WORDS = {"de": "Guten Tag", "en": "Hello", "fr": "Bonjour"}


def greet(name: str, language: str = "en") -> str:
    """A greeting, in English where the language is not known."""
    return f"{WORDS.get(language, WORDS['en'])}, {name}!"
