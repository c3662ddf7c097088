"""The simulator keeps its promises: determinism, truth, shape, faults."""
