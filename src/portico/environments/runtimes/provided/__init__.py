"""OS-only runtimes: a program named `bootstrap` in the function or in a layer talks the Runtime API itself."""
