"""The Node.js runtime: what AWS's is, over an inherited socket instead of the Runtime API.

Its programs are the CommonJS modules in this folder, which need Node.js 18 and nothing else; `bootstrap.cjs` is the one to execute.
"""

import os

FOLDER = os.path.dirname(os.path.abspath(__file__))
BOOTSTRAP = os.path.join(FOLDER, "bootstrap.cjs")
