"""`%ingest`: any source to a pandas DataFrame."""
