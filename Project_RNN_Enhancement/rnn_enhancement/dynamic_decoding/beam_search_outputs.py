"""What a beam search holds and returns."""
import collections

__all__ = ["BeamSearchDecoderOutput", "BeamSearchDecoderState", "FinalBeamSearchDecoderOutput"]


class BeamSearchDecoderState(collections.namedtuple(
        "BeamSearchDecoderState",
        ["cell_state", "log_probs", "finished", "lengths", "accumulated_attention_probs"])):
    """What is known of the hypotheses after a step.

    Attributes:
      cell_state: the cell's state, tensors [batch, beams, ...]. At the end of `dynamic_decode`,
        TensorArrays in it are tensors [time, batch * beams, ...] in the order of the final beams.
      log_probs: [batch, beams], log-probabilities of the hypotheses.
      finished: bool [batch, beams].
      lengths: int64 [batch, beams], number of symbols, the end symbol included.
      accumulated_attention_probs: [batch, beams, memory's time], or () without coverage penalty.
    """
    __slots__ = ()


class BeamSearchDecoderOutput(collections.namedtuple(
        "BeamSearchDecoderOutput", ["scores", "predicted_ids", "parent_ids"])):
    """The hypotheses of one step, best first.

    Attributes:
      scores: [batch, beams], what they are ranked by.
      predicted_ids: int32 [batch, beams], their last symbols.
      parent_ids: int32 [batch, beams], the beams of the step before that they go on from.
    """
    __slots__ = ()


class FinalBeamSearchDecoderOutput(collections.namedtuple(
        "FinalBeamDecoderOutput", ["predicted_ids", "beam_search_decoder_output"])):
    """What `dynamic_decode` returns of a beam search.

    Attributes:
      predicted_ids: int32 [batch, time, beams], whole hypotheses, best first; time-major if asked
        for. Behind a hypothesis' end all is the end symbol.
      beam_search_decoder_output: `BeamSearchDecoderOutput` of all steps.
    """
    __slots__ = ()
