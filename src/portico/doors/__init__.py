"""The front doors of functions: what the data planes that speak HTTP have in common.

A data plane (a service's `Door`) registers itself with `Doors` under the kind of thing that it answers for: `rest`, `http` and
`websocket` APIs, function `url`s, sign-in pages. The gateway finds the address that a request is for (`address.py`, and the records in
`records.py` that tell whose it is) and hands the request over as an `Arrival`, before any rule of the control plane applies to it: a
door has its own authorisation, CORS and error answers.
"""
