"""Tune a language model on pairs: LLaMA-Factory's configuration in, a run folder out."""
