"""The index in a LangChain chain of one's own."""

from langchain_core.runnables import RunnableLambda

from knowledge.index.retriever import KnowledgeRetriever
from knowledge.index.search import Index


def test_passages_come_as_documents_best_first_and_in_a_chain(opened: Index) -> None:
    retriever = KnowledgeRetriever(index=opened, k=2)
    hits = opened.search("how do i greet a caller", 2)

    documents = retriever.invoke("how do i greet a caller")

    assert [document.metadata["id"] for document in documents] == [hit.passage.id for hit in hits]
    assert documents[0].page_content == hits[0].passage.text
    assert documents[0].metadata["doc"] == hits[0].passage.doc
    chain = retriever | RunnableLambda(lambda found: len(found))
    assert chain.invoke("how do i greet a caller") == len(hits)


def test_the_chapter_of_the_stage_comes_first(opened: Index) -> None:
    for stage in ("entry", "lead"):
        documents = KnowledgeRetriever(index=opened, stage=stage, k=10).invoke("what is this stage for")
        chapters = [
            document.metadata["doc"]
            for document in documents
            if document.metadata["stages"] and document.metadata["kind"] == "roadmap"
        ]
        assert chapters[0] == f"roadmap/{stage}"
