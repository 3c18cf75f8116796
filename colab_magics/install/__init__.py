"""`%install`: packages into the environment of this kernel, verified."""
