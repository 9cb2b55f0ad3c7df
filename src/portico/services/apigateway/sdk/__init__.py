"""Client libraries that are generated for a stage (`GetSdk`): one module for each language, and the files that it is made of."""
