"""Function URLs: an HTTP address of a function or an alias of its own, for anybody whom the policies let in."""
