"""Measuring how well the engine finds what people look for: datasets, metrics, runs and reports."""
