"""Stands where CPython has an extension module for its tests: the import tests ask for it before they test anything else."""
