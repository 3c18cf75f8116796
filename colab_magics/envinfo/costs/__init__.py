"""What a cell costs: time, memory, GPUs, reading and writing, each with how it is known."""
