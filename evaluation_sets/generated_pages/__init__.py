"""Pages of digits with known labels, as people write and photograph them, drawn from nothing but MNIST's test images.

    python -m evaluation_sets.generated_pages --pages 200 --seed 1000 --json

`pens` makes ink, `sheets` paper, `layouts` says what stands where, `camera` takes the photograph, `pages` puts a page
together from a seed, `scoring` compares what was read with what was written.
"""
