"""As a phone sees it: a few test digits on a grey, unevenly lit page, turned a little."""

import numpy as np
from PIL import Image

import byhand

mnist = byhand.load_mnist()
page = Image.new("L", (700, 300), 205)
for place, index in enumerate((0, 1, 2, 3, 4)):
    ink = Image.fromarray(mnist.test_images[index]).resize((90, 90))
    page.paste(60, (60 + 120 * place, 100), ink)
light = np.linspace(1.1, 0.6, page.width)
lit = np.asarray(page.rotate(4, fillcolor=205)) * light
page = Image.fromarray(lit.clip(0, 255).astype(np.uint8))

shrunk = np.asarray(page.resize((28, 28)))
naive = byhand.load_model("fast").predict(shrunk[np.newaxis])
print("the whole picture shrunk to 28 x 28:", naive[0])
reading = byhand.read(page)
print("read as a page:", reading.text)
print([f"{one.digit} ({one.confidence:.0%})" for one in reading.digits])
