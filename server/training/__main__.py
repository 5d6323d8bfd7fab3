"""`python -m training STAGE`."""

from training.app import app

app()
