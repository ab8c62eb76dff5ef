//! What is said of the machine.

use crate::cli::doctor::finding::Grade;
use crate::cli::doctor::machine::room_for_files;

const GIB: u64 = 1 << 30;

#[test]
fn room_for_files_that_is_nearly_taken_is_a_warning_that_says_what_to_do() {
    // shows: fil-54
    let ample = room_for_files(57 * GIB, 64 * GIB);
    assert_eq!(
        (ample.grade, ample.found.as_ref()),
        (Grade::Ok, "58368 of 65536 MiB for files are taken")
    );
    let little = room_for_files(58 * GIB, 64 * GIB);
    assert_eq!(little.grade, Grade::Warning);
    assert!(little.remedy.contains("files_total_mib"), "{}", little.remedy);
}
