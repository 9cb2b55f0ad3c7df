"""AWS's service authorisation reference, as data."""
