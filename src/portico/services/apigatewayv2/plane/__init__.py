"""The data plane of HTTP APIs: from a request to the answer of what its route leads to.

`door.py` is the order of the steps; `plans.py` what a stage was compiled to, once for each deployment and change of the stage;
`tree.py` which route a request is for; `authorizing/` who may; `parameters.py` and `expressions.py` what is changed on the way;
`integrations/` where it goes.
"""
