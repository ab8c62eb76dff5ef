//! In which order documents are judged that several peers bring at once.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::sync::oneshot;
use tokio::task;

use crate::host::charters::Turns;

#[tokio::test]
async fn documents_are_judged_one_after_the_other_and_to_the_end_also_when_who_brought_them_hangs_up()
 {
    let (turns, (say, mut said)) = (Arc::new(Turns::default()), mpsc::channel(4));
    let (judged, judging) = oneshot::channel::<()>();
    let first = tokio::spawn({
        let (turns, say) = (Arc::clone(&turns), say.clone());
        let judge = async move {
            say.send("the first begins").await.unwrap();
            judging.await.unwrap();
            say.send("the first ends").await.unwrap();
        };
        async move { turns.next(judge).await }
    });
    assert_eq!(said.recv().await, Some("the first begins"));
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());

    let judge = async move { say.send("the second begins").await.unwrap() };
    let second = tokio::spawn(async move { turns.next(judge).await });
    task::yield_now().await;
    assert!(said.try_recv().is_err(), "it waits");
    judged.send(()).unwrap();

    assert_eq!(said.recv().await, Some("the first ends"));
    assert_eq!(said.recv().await, Some("the second begins"));
    assert_eq!(second.await.unwrap(), Some(()));
}
