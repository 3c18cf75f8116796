"""`%train_mnist`: Keras training that is visible, stoppable and kept."""
