"""Who may use a route: whoever has a token of an issuer (`tokens.py`), whom a function admits (`functions.py`), or who signs and is
allowed to by their own policies (`signatures.py`)."""
