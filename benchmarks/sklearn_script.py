"""The shortest scikit-learn script that does what `byhand train fast --no-figures` does, as accurately.

python benchmarks/sklearn_script.py FOLDER_OF_IDX_GZ MODEL_TO_WRITE
"""

import gzip
import pickle
import sys
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.neural_network import MLPClassifier

folder, model_path = map(Path, sys.argv[1:])


def read(name: str, header: int) -> Any:
    """The numbers of an IDX file."""
    return np.frombuffer(gzip.decompress((folder / name).read_bytes()), np.uint8, offset=header)


images, labels = read("train-images-idx3-ubyte.gz", 16), read("train-labels-idx1-ubyte.gz", 8)
test_images, test_labels = read("t10k-images-idx3-ubyte.gz", 16), read("t10k-labels-idx1-ubyte.gz", 8)
model = MLPClassifier(
    (128,), activation="logistic", solver="sgd", learning_rate_init=0.3, batch_size=64, max_iter=15, alpha=1e-5
)
model.fit(images.reshape(-1, 784) / np.float32(255), labels)
model_path.write_bytes(pickle.dumps(model))
print(model.score(test_images.reshape(-1, 784) / np.float32(255), test_labels))
