"""What happens when things go wrong, tried many times: `python -m trials`.

The results go to `docs/results/reliability.json`, and from there into `docs/reliability.md`.
"""
