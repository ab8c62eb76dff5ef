//! The content of a body, judged by its kind and by what its header says, in its one form.

use alloc::vec::Vec;

use crate::codec;
use crate::codec::value::Value;
use crate::envelope::header::Header;
use crate::ids::AgencyId;
use crate::message::attachment::Attachment;
use crate::message::content::BODY_KEY;
use crate::message::content::Content;
use crate::message::fault::Faults;
use crate::message::fault::FieldFault;
use crate::message::handling;
use crate::message::handling::HandlingCodes;
use crate::message::kind::Kind;
use crate::message::pointer::Pointer;
use crate::message::time::CivilDate;
use crate::message::urgency::Urgency;
use crate::moment::Timestamp;

/// What the header says that content is judged by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame<'a> {
    pub(super) kind: Kind,
    pub(super) urgency: Urgency,
    pub(super) handling: &'a HandlingCodes,
    pub(super) created: Timestamp,
    pub(super) attachments: &'a [Attachment],
    pub(super) originator: Option<&'a AgencyId>,
}

impl<'a> Frame<'a> {
    pub(super) fn of(header: &'a Header) -> Self {
        let Header { kind, urgency, handling, created, attachments, originator, .. } = header;
        let (created, originator) = (*created, originator.as_ref());
        Self { kind: *kind, urgency: *urgency, handling, created, attachments, originator }
    }
}

/// The content as it is sealed: what means the same is written the same. With what was read of it.
pub(super) fn normalised(
    frame: Frame<'_>,
    content: &Value,
) -> Result<(Value, Content), Vec<FieldFault>> {
    let content = Content::read(frame.kind, content)?;
    content.agree(frame.urgency, frame.handling)?;
    content.agree_on_origin(frame.originator)?;
    sayable(&content, frame)?;
    beside(&content, frame.attachments)?;
    Ok((content.write(), content))
}

/// Whether everything in it could be said on the day on which the message was made.
// spec: msgk-11, msgk-139
fn sayable(content: &Content, frame: Frame<'_>) -> Result<(), Vec<FieldFault>> {
    let mut faults = Faults::new();
    if let Some(day) = CivilDate::of(frame.created) {
        let review_on = frame.handling.review_on;
        handling::check_review(review_on, day, &Pointer::Root.key("handling"), &mut faults);
        content.body.check_on(day, &Pointer::Root.key(BODY_KEY), &mut faults);
    }
    faults.judge(Some(()))
}

/// Whether every file that it names stands among the attachments.
// spec: fil-5
fn beside(content: &Content, attachments: &[Attachment]) -> Result<(), Vec<FieldFault>> {
    let mut faults = Faults::new();
    for file in content.body.files() {
        file.check_beside(attachments, &Pointer::Root.key(BODY_KEY), &mut faults);
    }
    faults.judge(Some(()))
}

/// The content of an opened body. No fault is listed when it is valid and merely not in its one form.
pub(super) fn read(frame: Frame<'_>, bytes: &[u8]) -> Result<(Value, Content), Vec<FieldFault>> {
    let content: Value = codec::decode(bytes).map_err(|_| Vec::new())?;
    let (normalised, read) = normalised(frame, &content)?;
    // spec: env-25
    if normalised == content { Ok((content, read)) } else { Err(Vec::new()) }
}
