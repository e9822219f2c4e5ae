"""The core: a message and a profile in, a reply out. Pure: no I/O, no Slack, no SQL, no Chroma, no model libraries.

understand   what is asked, whose stage it is about, and what an earlier turn adds
evidence     whether what was found holds an answer
compose      the few sentences that answer, verbatim, with their citations
steps        the next step that fits the person
coach        the three in a row
"""
