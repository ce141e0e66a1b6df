"""What byhand does past one core, past one machine and past the memory, measured: `python -m benchmarks.scaling`."""
