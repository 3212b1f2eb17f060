"""What a Protocol means: who may do what, how often, and in which order.

`variants` takes settings out, `flow` and `ways` follow one actor, `timeline` and `program` put the
actors together. Rules ask these; nothing here looks at source text.
"""
