"""The next step that fits the person: their stage, what they asked, and what they have done."""

from collections.abc import Callable, Mapping, Sequence

from knowledge.types import Hit, Stage, StageName, Step

FindSteps = Callable[[str, StageName], Sequence[Hit]]

# Below this a step is not about the text at all (cosines between unrelated short texts stay under it).
_ABOUT = 0.35
_SAME = 0.55
_BEHIND_THE_ANSWER = 0.12


def next_step(
    question: str, stage: Stage, done: Sequence[str], documents: Sequence[str], find: FindSteps, in_order: bool = False
) -> Step | None:
    """The step to take next, or None when all of the stage's steps are done.

    documents: ids of the documents the answer came from, best first. The step nearest to the question wins; where it is
    known what the person has done, what must come before it wins over that. in_order, or a question that is about no
    step in particular, gets the stage's first open one.
    """
    steps = {step.id: step for step in stage.steps}
    finished = _finished(done, stage.name, steps, find)
    open_steps = [step for step in stage.steps if step.id not in finished]
    if not open_steps:
        return None
    near = {} if in_order else {hit.passage.anchor: hit.cosine for hit in find(question, stage.name)}
    scored = [
        (near[step.id] + (_BEHIND_THE_ANSWER if step.guide in documents[:2] else 0.0), step)
        for step in open_steps
        if near.get(step.id, 0.0) >= _ABOUT
    ]
    if scored:
        nearest = max(scored, key=lambda item: item[0])[1]
        return _first_of(nearest, steps, finished) if finished else nearest
    behind = [step for step in open_steps if step.guide in documents[:2]]
    return _first_of((open_steps if in_order else behind or open_steps)[0], steps, finished)


def related_step(
    question: str, stage: Stage, done: Sequence[str], guides: Sequence[str], find: FindSteps
) -> Step | None:
    """The open step that trains what a call just asked for, or None: nobody wants homework with a caller on the line.

    guides: ids of the guides behind the call's script.
    """
    steps = {step.id: step for step in stage.steps}
    finished = _finished(done, stage.name, steps, find)
    near = {hit.passage.anchor: hit.cosine for hit in find(question, stage.name)}
    fitting = [
        step
        for step in stage.steps
        if step.id not in finished and step.guide in guides and near.get(step.id, 0.0) >= _ABOUT
    ]
    return max(fitting, key=lambda step: near[step.id], default=None)


def _finished(done: Sequence[str], stage: StageName, steps: Mapping[str, Step], find: FindSteps) -> set[str]:
    finished: set[str] = set()
    for text in done:
        matching = [hit.passage.anchor for hit in find(text, stage) if hit.cosine >= _SAME][:1]
        while matching:
            step = matching.pop()
            if step in steps and step not in finished:
                finished.add(step)
                matching += steps[step].after
    return finished


def _first_of(step: Step, steps: Mapping[str, Step], finished: set[str]) -> Step:
    # Steps of an earlier stage count as done: the person was promoted past them.
    for earlier in step.after:
        if earlier in steps and earlier not in finished:
            return _first_of(steps[earlier], steps, finished)
    return step
