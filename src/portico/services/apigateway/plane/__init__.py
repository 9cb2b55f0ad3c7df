"""The data plane of REST APIs: from a request at a stage's address to the answer of what is behind it.

`door.py` is the way of a request, step by step; each other module is one of the steps. What a deployment makes of them is compiled once
for each stage (`stages.py`) and looked up by record versions, so that nothing here grows with the number of APIs.
"""
