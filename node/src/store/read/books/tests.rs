//! When a procedure is folded again.

use std::cell::Cell;
use std::convert::Infallible;

use concord_protocol::procedure::book::Book;

use crate::store::read::books::BOOKS_MAX;
use crate::store::read::books::Books;
use crate::store::rows::Row;

/// Reads the book of these rows; says whether it was folded for it.
fn is_folded(books: &Books, rows: &[Row]) -> bool {
    let folded = Cell::new(false);
    let Ok(_) = books.of(rows, || {
        folded.set(true);
        Ok::<_, Infallible>(Book::default())
    });
    folded.get()
}

fn rows(values: &[&str]) -> Vec<Row> {
    values.iter().map(|value| (b"key".to_vec(), value.as_bytes().to_vec())).collect()
}

#[test]
fn a_procedure_is_folded_once_while_its_messages_are_the_same() {
    // shows: pro-12
    let books = Books::default();
    assert!(is_folded(&books, &rows(&["a request", "a grant"])));
    assert!(!is_folded(&books, &rows(&["a request", "a grant"])));

    for other in [&["a request"][..], &["a request", "a refusal"], &["a requesta grant", ""]] {
        assert!(is_folded(&books, &rows(other)), "{other:?}");
    }
}

#[test]
fn what_was_read_longest_ago_makes_room() {
    // shows: pro-12
    let books = Books::default();
    let names: Vec<String> = (0..BOOKS_MAX).map(|n| n.to_string()).collect();
    assert!(names.iter().all(|name| is_folded(&books, &rows(&[name]))));

    assert!(!is_folded(&books, &rows(&["0"])), "the oldest is read again and is the latest now");
    assert!(is_folded(&books, &rows(&["one more"])));
    assert!(!is_folded(&books, &rows(&["0"])));
    assert!(is_folded(&books, &rows(&["1"])));
}

#[test]
fn a_book_that_cannot_be_folded_is_not_kept() {
    // shows: pro-12
    let books = Books::default();
    assert!(books.of(&rows(&["damaged"]), || Err("a row cannot be decoded")).is_err());
    assert!(is_folded(&books, &rows(&["damaged"])));
}
