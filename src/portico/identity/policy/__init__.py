"""IAM policies: their grammar, their matching, the decision, and the words for it. Pure: values in, values out."""
