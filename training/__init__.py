"""Training, evaluation, benchmarks and the baking of shipped assets."""
