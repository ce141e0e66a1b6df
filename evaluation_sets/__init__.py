"""Instruments that say how well byhand reads what it has not been trained on; nothing in the package needs them."""
