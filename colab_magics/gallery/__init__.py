"""`%gallery`: images and predictions, right and wrong."""
