//! What lines look like, and what cannot stand in them.

use std::io;
use std::sync::Arc;
use std::sync::Mutex;

use concord_protocol::ids::AgencyId;
use concord_protocol::ids::LeafIndex;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::telemetry;
use crate::telemetry::Format;
use crate::telemetry::StartError;
use crate::telemetry::fields;

#[test]
fn an_event_carries_its_fields_in_json() {
    let peer = AgencyId::parse("mm.mpf").unwrap();

    let line = written(Format::Json, "info", || {
        tracing::info!(
            peer = telemetry::shown(&peer),
            leaf = telemetry::shown(&LeafIndex::new(7)),
            "receipt recorded"
        );
    });

    assert!(line.contains(r#""level":"INFO""#), "{line}");
    assert!(line.contains(r#""peer":"mm.mpf""#) && line.contains(r#""leaf":"7""#), "{line}");
}

#[test]
fn an_event_below_the_level_is_not_written() {
    let line = written(Format::Text, "warn", || tracing::info!("receipt recorded"));

    assert_eq!(line, "");
}

#[test]
fn a_level_that_cannot_be_read_is_refused() {
    let refused = telemetry::start(Format::Text, "loud=very=much");

    assert!(matches!(refused, Err(StartError::Level { .. })));
}

#[test]
fn field_names_stand_in_order_and_once() {
    assert!(fields::NAMES.is_sorted_by(|a, b| a < b));
}

fn written(format: Format, level: &str, work: impl FnOnce()) -> String {
    let lines = Lines::default();
    let subscriber = telemetry::subscriber(format, EnvFilter::new(level), lines.clone());
    tracing::subscriber::with_default(subscriber, work);
    let bytes = lines.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().map_err(|_| io::ErrorKind::Other)?.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
