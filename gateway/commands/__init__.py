"""The commands of `pilnvara` that belong to no one package."""
