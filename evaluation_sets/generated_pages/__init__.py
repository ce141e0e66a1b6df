"""Pages of digits with known labels, as people write and photograph them, drawn from nothing but MNIST's test images.

    python -m evaluation_sets.generated_pages --pages 200 --seed 1000 --json

`pens` makes ink, `sheets` paper, `layouts` says what stands where, `camera` takes the photograph, `pages` puts a page
together from a seed, `scoring` compares what was read with what was written.

    python -m evaluation_sets.generated_pages --hard --pages 550 --seed 1000
    python -m evaluation_sets.generated_pages --kind boxes

`kinds` names the hard ones that people meet: `small_pictures`, `forms`, `lines` and `printing` put them on a `Draft`.
"""
