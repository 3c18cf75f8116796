"""`%envinfo`: what this machine really is."""
