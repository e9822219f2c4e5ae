"""The searchable index: the only room that knows Chroma and the embedder.

embedder    texts to vectors
lexicon     passages on disk, and the words in them
version     one complete, immutable index in a folder; the pointer to the published one
build       writes a version
search      reads the published version, and follows the pointer
vectors     vectors in a Chroma folder
check       a written version, read in a process of its own
ranking     scores into an order, pure
retriever   the index as a LangChain retriever
"""
