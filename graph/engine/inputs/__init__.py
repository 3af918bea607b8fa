"""Inputs of fields: literals and variables read, converted, and told where they do not fit."""
