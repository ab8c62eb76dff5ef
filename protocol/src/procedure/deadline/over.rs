//! Whether a procedure is over, so that nothing but follow-up is due.

use crate::procedure::batch::stage::Stage as BatchStage;
use crate::procedure::cycle::stage::Stage as CycleStage;
use crate::procedure::exchange::deconfliction::Stage as DeconflictionStage;
use crate::procedure::exchange::feed::Stage as FeedStage;
use crate::procedure::exchange::notice::Stage as NoticeStage;
use crate::procedure::exchange::report::Stage as ReportStage;
use crate::procedure::exchange::rights::Stage as RightsStage;
use crate::procedure::freezing::stage::Stage as FreezingStage;
use crate::procedure::handover::stage::Stage as HandoverStage;
use crate::procedure::information::stage::Stage as InformationStage;
use crate::procedure::machine::Machine;
use crate::procedure::operation::stage::Stage as OperationStage;
use crate::procedure::outcome::stage::Stage as OutcomeStage;

/// Whether it has come to an end; the actions of a closed cycle go on.
// spec: due-10
pub(super) fn is_over(machine: &Machine) -> bool {
    match machine {
        Machine::Handover(folded) => matches!(
            folded.state.stage(),
            HandoverStage::Closed
                | HandoverStage::Refused
                | HandoverStage::Lapsed
                | HandoverStage::Withdrawn
                | HandoverStage::Rerouted
                | HandoverStage::Frustrated
        ),
        Machine::Information(folded) => matches!(
            folded.state.stage(),
            InformationStage::Closed
                | InformationStage::Refused
                | InformationStage::Redirected
                | InformationStage::Withdrawn
                | InformationStage::Converted
        ),
        Machine::Report(folded) => folded.state.stage() == ReportStage::Withdrawn,
        Machine::Notice(folded) => folded.state.stage() == NoticeStage::Withdrawn,
        Machine::Deconfliction(folded) => folded.state.stage() == DeconflictionStage::Withdrawn,
        Machine::Feed(folded) => folded.state.stage() == FeedStage::Closed,
        Machine::Rights(folded) => folded.state.stage() == RightsStage::Withdrawn,
        Machine::Outcome(folded) => matches!(
            folded.state.stage(),
            OutcomeStage::Superseded | OutcomeStage::Terminated | OutcomeStage::Abandoned
        ),
        Machine::Freezing(folded) => matches!(
            folded.state.stage(),
            FreezingStage::Settled
                | FreezingStage::Withdrawn
                | FreezingStage::Released
                | FreezingStage::Expired
                | FreezingStage::Refused
                | FreezingStage::NothingFound
        ),
        Machine::Operation(folded) => matches!(
            folded.state.stage(),
            OperationStage::Closed | OperationStage::Aborted | OperationStage::Dropped
        ),
        Machine::Cycle(folded) => folded.state.stage() == CycleStage::Cancelled,
        Machine::Batch(folded) => matches!(
            folded.state.stage(),
            BatchStage::Completed | BatchStage::CompletedWithExceptions | BatchStage::Cancelled
        ),
        Machine::Rescue(folded) => folded.state.stage().is_terminal(),
        Machine::Plain(_) => false,
    }
}
