"""The taxonomy of items (YAML files beside this module) and the reading of printed labels."""

from caiwen.finance.items.labels import label_key, normalise_label
from caiwen.finance.items.taxonomy import Item, ItemMention, Taxonomy, taxonomy

__all__ = ["Item", "ItemMention", "Taxonomy", "label_key", "normalise_label", "taxonomy"]
