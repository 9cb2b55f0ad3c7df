"""From an admitted request to its answer: validation, mapping, the integration, mapping again; and the words of every refusal.

`seam.py` is all that the door needs to know: it makes a `RequestContext`, asks `Transform` for a `GatewayAnswer`, and has a
`GatewayRefusal` (its own or one that is raised here) put into words by `Transform.refused`.
"""
