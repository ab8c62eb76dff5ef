//! What a dispatch says of one number.

use crate::audit::verify::walk::Place;
use crate::ids::LinkNumber;
use crate::log::leaf::Form;
use crate::wire::dispatch::Dispatch;
use crate::wire::dispatch::DispatchItem;

/// Whether a dispatch covers a message under its number, in the form that the leaf says.
pub(super) fn covers(dispatch: &Dispatch, place: &Place<'_>, form: Option<Form>) -> bool {
    dispatch.epoch == place.epoch
        && item_at(dispatch, place.number).is_some_and(|item| {
            item.message == *place.message && form.is_none_or(|form| form == item.form)
        })
}

fn item_at(dispatch: &Dispatch, number: LinkNumber) -> Option<&DispatchItem> {
    let at = number.get().checked_sub(dispatch.first.get())?;
    dispatch.items.get(usize::try_from(at).ok()?)
}
