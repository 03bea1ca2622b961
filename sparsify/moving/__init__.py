"""How word vectors move while the full model is trained: all of them, few words, or all in few directions."""
