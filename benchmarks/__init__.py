"""How fast byhand is, beside others. Nothing here is part of the package."""
