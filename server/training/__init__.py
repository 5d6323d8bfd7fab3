"""How the built-in model is made: from public repositories to the files in server/smysl/data.

Nothing here is part of the product, and the product needs none of it. See MODEL_CARD.md.
"""
