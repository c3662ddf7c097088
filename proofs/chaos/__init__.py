"""Proof that nothing is lost, doubled or wrong, whatever is killed, frozen, filled up or locked meanwhile.

``python -m proofs.chaos --kills N --seed S`` imports a simulated mailbox with the installed command, disturbs it from
outside in every way there is, and compares what is left with what an undisturbed import leaves (``dump``).
"""
