"""The Velocity template language as API Gateway has it.

airspeed (a Velocity engine for Python) has the grammar and the elements; `elements.py` and `operators.py` replace those in which API
Gateway's differ, `values.py` and `methods.py` are what templates can do with values, `variables.py` is `$input` and `$util`, and
`template.py` is all that others need: a text, compiled once, that renders.
"""
