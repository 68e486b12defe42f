"""Runs mergekit in this process, as its command line does."""

from mergekit.config import MergeConfiguration
from mergekit.merge import run_merge
from mergekit.options import MergeOptions


def merge(configuration, out, seed=None):
    """Writes what mergekit makes of a configuration (the content of its YAML file) into a folder."""
    options = MergeOptions(quiet=True, write_model_card=False, random_seed=seed)
    run_merge(MergeConfiguration.model_validate(configuration), out, options)


CALLS = {"merge": merge}
