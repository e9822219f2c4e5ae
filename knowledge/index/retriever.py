"""The index as a LangChain retriever, for chains of your own."""

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from knowledge.index.search import Index
from knowledge.types import Hit, StageName


class KnowledgeRetriever(BaseRetriever):
    """Passages of the k best documents, best first.

    index: an open Index. stage: whose questions these are. Each Document's page_content is the passage's Markdown; its
    metadata are id, doc, section, path, kind, stages, url and score.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    index: Index
    k: int = 5
    stage: StageName | None = None

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return [_document(hit) for hit in self.index.search(query, self.k, self.stage)]


def _document(hit: Hit) -> Document:
    passage = hit.passage
    metadata = {
        "id": passage.id,
        "doc": passage.doc,
        "section": passage.section,
        "path": list(passage.path),
        "kind": passage.kind,
        "stages": list(passage.stages),
        "url": passage.url,
        "score": hit.score,
    }
    return Document(page_content=passage.text, id=passage.id, metadata=metadata)
