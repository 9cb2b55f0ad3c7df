"""The store on SQLite: one database, one writer that commits in batches, and a folder of large blobs."""
