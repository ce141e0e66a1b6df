"""The same training with five learning rates."""

import byhand

for rate in (0.01, 0.1, 1, 4, 100):
    try:
        model = byhand.train("fast", limit=6000, validation=1000, epochs=3, learning_rate=rate, schedule="constant")
    except byhand.ByhandError as error:
        print(f"{rate:>6}: {str(error).split(';')[0]}")
    else:
        print(f"{rate:>6}: {model.results['validation_accuracy']:.1%} of the held-out images right")
