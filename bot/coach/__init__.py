"""The core: a message and a profile in, a reply out. Pure: no I/O, no Slack, no SQL, no Chroma, no model libraries.

understand   what is asked, whose stage it is about, and what an earlier turn adds
evidence     whether what was found holds an answer
compose      the few sentences that answer, verbatim, with their citations
reword       whether a message only asks to hear the last answer in another manner
retell       that answer again, shorter, warmer or as bullets (lines: a script's words as sentences)
steps        the next step that fits the person
coach        these in a row
"""
