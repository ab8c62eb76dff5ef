//! A peer that lies: an agency's own keys, and whatever it pleases to say on the wire.
//!
//! It holds what an honest node holds, so what it signs verifies; honest code alone would not say it.

pub mod branch;

use std::net::Ipv4Addr;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use concord_node::clock;
use concord_node::entropy;
use concord_node::transport::Endpoint;
use concord_node::transport::close::CloseReason;
use concord_node::transport::connection::Connection;
use concord_node::transport::pins::Pins;
use concord_node::transport::settings::Settings;
use concord_node::transport::stream::FrameReceiver;
use concord_node::transport::stream::FrameSender;
use concord_protocol::codec;
use concord_protocol::codec::value::Value;
use concord_protocol::crypto::kem::PureKem;
use concord_protocol::crypto::signature::SharedSigner;
use concord_protocol::envelope::seal;
use concord_protocol::envelope::seal::Recipients;
use concord_protocol::envelope::seal::Signed;
use concord_protocol::identity::credential;
use concord_protocol::identity::directory::Directory;
use concord_protocol::ids::Epoch;
use concord_protocol::ids::LinkNumber;
use concord_protocol::ids::LogNumber;
use concord_protocol::ids::MessageId;
use concord_protocol::ids::ProcedureId;
use concord_protocol::ids::Serial;
use concord_protocol::log::leaf::Form;
use concord_protocol::message::submission::Submission;
use concord_protocol::moment::Timestamp;
use concord_protocol::wire::dispatch;
use concord_protocol::wire::dispatch::Dispatch;
use concord_protocol::wire::dispatch::DispatchItem;
use concord_protocol::wire::file::FileAnswer;
use concord_protocol::wire::frame::Frame;
use concord_protocol::wire::greeting::Cursor;
use concord_protocol::wire::greeting::Greeting;
use concord_protocol::wire::greeting::Known;
use concord_protocol::wire::greeting::VERSION;
use concord_protocol::wire::offer::Offer;
use concord_protocol::wire::offer::OfferedMessage;
use serde_bytes::ByteBuf;
use serde_json::Value as Json;
use tokio::runtime::Runtime;
use tokio::time;

use crate::federation::Agency;
use crate::federation::Federation;
use crate::letter;

/// How long the other side may take for an answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// An agency whose node is not run: the test speaks for it.
#[derive(Debug)]
pub struct Forger<'a> {
    world: &'a Federation,
    own: &'a Agency,
    peer: &'a Agency,
    directory: Directory,
    signing: SharedSigner,
    runtime: Runtime,
    endpoint: Endpoint,
}

/// A connection of the forger, greeted in order.
#[derive(Debug)]
pub struct Line<'a> {
    runtime: &'a Runtime,
    connection: Connection,
    sender: FrameSender,
    receiver: FrameReceiver,
}

impl<'a> Forger<'a> {
    /// Speaks for one agency, with another.
    ///
    /// # Panics
    /// When no socket can be had.
    pub fn new(world: &'a Federation, own: usize, peer: usize) -> Self {
        let (own, peer) = (&world.agencies[own], &world.agencies[peer]);
        let mut directory = Directory::new(world.charter.clone());
        for agency in &world.agencies {
            // Whoever joined later is not of the founding charter.
            if let Ok(verified) = credential::verify(&agency.credential, &world.charter) {
                directory.admit(verified).unwrap();
            }
        }
        let pins = Arc::new(Pins::new());
        pins.allow(peer.id.clone(), peer.keys.transport.public());
        let runtime = Runtime::new().unwrap();
        let endpoint = {
            let _entered = runtime.enter();
            let settings = Settings::new(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
            Endpoint::bind(settings, Arc::clone(&own.keys.transport), pins).unwrap()
        };
        let signing = Arc::clone(&own.keys.signing);
        Self { world, own, peer, directory, signing, runtime, endpoint }
    }

    /// Signs with another key than the agency's own.
    pub fn signing_with(self, signing: SharedSigner) -> Self {
        Self { signing, ..self }
    }

    /// Connects, and greets as an honest node would.
    ///
    /// # Panics
    /// When the peer does not greet back.
    pub fn meet(&self) -> Line<'_> {
        self.meet_showing(None)
    }

    /// The same, and shows a checkpoint of its own log.
    ///
    /// # Panics
    /// When the peer does not greet back.
    pub fn meet_showing(&self, own_head: Option<Vec<u8>>) -> Line<'_> {
        let keys = [self.peer.keys.transport.public()];
        let opened = self.runtime.block_on(async {
            let connection =
                self.endpoint.dial(&self.peer.id, &keys, &self.peer.address).await.unwrap();
            let (sender, receiver) = connection.exchange().await.unwrap();
            (connection, sender, receiver)
        });
        let (connection, sender, receiver) = opened;
        let mut line = Line { runtime: &self.runtime, connection, sender, receiver };
        let own_head = own_head.map(ByteBuf::from);
        line.say(&Frame::Greeting(Greeting { own_head, ..self.greeting() }));
        let heard = line.hear();
        assert!(matches!(heard, Some(Frame::Greeting(_))), "no greeting: {heard:?}");
        line
    }

    /// Whether the peer does not greet back: the key that the forger has counts no more.
    pub fn is_turned_away(&self) -> bool {
        let keys = [self.peer.keys.transport.public()];
        self.runtime.block_on(async {
            let dialed = self.endpoint.dial(&self.peer.id, &keys, &self.peer.address).await;
            let Ok(connection) = dialed else { return true };
            let Ok((mut sender, mut receiver)) = connection.exchange().await else { return true };
            let greeting = codec::encode(&Frame::Greeting(self.greeting())).unwrap();
            // Whether it was sent shows in the answer.
            let _sent = sender.send(greeting).await;
            receiver.receive().await.is_err()
        })
    }

    /// What an honest node of the agency would say first.
    pub fn greeting(&self) -> Greeting {
        let serial = Serial::new(1);
        let known =
            self.world.agencies.iter().map(|agency| Known { agency: agency.id.clone(), serial });
        Greeting {
            versions: vec![VERSION],
            agency: self.own.id.clone(),
            charter: self.world.charter.name().clone(),
            charter_version: self.world.charter.version(),
            charter_digest: self.world.charter.digest(),
            serial,
            cursor: Cursor::FIRST,
            known: known.collect(),
            own_head: None,
            your_head: None,
            standing: None,
            mirrored: None,
            log: LogNumber::new(1),
            your_log: LogNumber::new(1),
            revocations: Vec::new(),
            notices: Vec::new(),
            staff: Vec::new(),
        }
    }

    /// A message to these agencies, sealed and signed in order.
    ///
    /// # Panics
    /// When it cannot be made.
    pub fn letter(&self, to: &[&str], mark: &str) -> Signed {
        let now = clock::now();
        self.named_letter((MessageId::new(now, entropy::draw().unwrap()), now), to, mark)
    }

    /// The same, with an id of the caller's choice and the time of it.
    ///
    /// # Panics
    /// When it cannot be made.
    pub fn named_letter(
        &self,
        (id, now): (MessageId, Timestamp),
        to: &[&str],
        mark: &str,
    ) -> Signed {
        let procedure = ProcedureId::new(now, entropy::draw().unwrap());
        self.made(&letter::report(to, mark), (id, procedure), now)
    }

    /// The message of a submission in a procedure, whatever an honest node would say to it.
    ///
    /// # Panics
    /// When it cannot be made.
    pub fn answer(&self, letter: &Json, procedure: ProcedureId) -> Signed {
        let now = clock::now();
        self.made(letter, (MessageId::new(now, entropy::draw().unwrap()), procedure), now)
    }

    fn made(
        &self,
        letter: &Json,
        (id, procedure): (MessageId, ProcedureId),
        now: Timestamp,
    ) -> Signed {
        let tree: Value = serde_json::from_str(&letter.to_string()).unwrap();
        let submission = Submission::read(&tree).unwrap();
        let people = (&self.own.id, submission.to().to_vec());
        let draft = letter::draft(&submission, (id, procedure), people, now);
        let recipients = Recipients::find(&draft.to, &self.directory, draft.created).unwrap();
        let sealed = seal::seal(draft, &recipients, &PureKem, &entropy::draw().unwrap()).unwrap();
        seal::sign(sealed, self.signing.as_ref()).unwrap()
    }

    /// Whole messages under one dispatch, numbered from `first`.
    ///
    /// # Panics
    /// When the dispatch cannot be signed.
    pub fn offer(&self, first: u64, messages: &[&Signed]) -> Frame {
        let items = messages
            .iter()
            .map(|signed| DispatchItem { message: signed.digest(), form: Form::Whole });
        let document = Dispatch {
            charter: self.world.charter.name().clone(),
            from: self.own.id.clone(),
            to: self.peer.id.clone(),
            serial: Serial::new(1),
            epoch: Epoch::new(1),
            first: LinkNumber::new(first),
            items: items.collect(),
        };
        let signed = dispatch::sign(&document, self.signing.as_ref()).unwrap();
        let messages = messages.iter().map(|signed| OfferedMessage {
            message: ByteBuf::from(signed.message().to_vec()),
            sealed: Some(ByteBuf::from(signed.sealed().to_vec())),
            place: None,
        });
        Frame::Offer(Offer { dispatch: ByteBuf::from(signed), messages: messages.collect() })
    }
}

impl Line<'_> {
    /// Says a frame.
    pub fn say(&mut self, frame: &Frame) {
        self.say_bytes(codec::encode(frame).unwrap());
    }

    /// Says any bytes as a frame. A connection that was closed meanwhile is found out when listening.
    pub fn say_bytes(&mut self, bytes: Vec<u8>) {
        self.runtime.block_on(self.sender.send(bytes)).ok();
    }

    /// The next frame; `None` when the connection ended.
    ///
    /// # Panics
    /// When nothing comes in time.
    pub fn hear(&mut self) -> Option<Frame> {
        let heard = self
            .runtime
            .block_on(async { time::timeout(ANSWER_WITHIN, self.receiver.receive()).await });
        let bytes = heard.expect("the peer answers").ok()?;
        Some(codec::decode(&bytes).unwrap())
    }

    /// How many numbers the next receipts settle, until one comes.
    ///
    /// # Panics
    /// When the connection ends instead.
    pub fn receipt(&mut self) -> concord_protocol::wire::receipt::Receipt {
        loop {
            match self.hear() {
                Some(Frame::Receipt(receipt)) => return receipt,
                Some(_) => {}
                None => panic!("the peer closed instead: {:?}", self.closed()),
            }
        }
    }

    /// Asks for a file on a stream of its own. Gives back the answer and the bytes behind it.
    ///
    /// # Panics
    /// When the peer does not answer.
    pub fn ask_file(&self, request: Vec<u8>) -> (FileAnswer, Vec<u8>) {
        let asked = self.runtime.block_on(async {
            let mut stream = self.connection.open_bulk().await.unwrap();
            stream.say(request).await.unwrap();
            stream.finish();
            let answer = stream.hear().await.unwrap();
            (answer, stream.receive(usize::MAX).await.unwrap())
        });
        (codec::decode(&asked.0).unwrap(), asked.1)
    }

    /// Says something on such a stream that is no request.
    ///
    /// # Panics
    /// When no stream can be had.
    pub fn ask_badly(&self, bytes: Vec<u8>) {
        self.runtime.block_on(async {
            let mut stream = self.connection.open_bulk().await.unwrap();
            stream.say(bytes).await.ok();
            stream.hear().await.ok();
        });
    }

    /// Why the connection ended.
    ///
    /// # Panics
    /// When it does not end in time.
    pub fn closed(&self) -> CloseReason {
        let ended = self
            .runtime
            .block_on(async { time::timeout(ANSWER_WITHIN, self.connection.closed()).await });
        ended.expect("the peer closes")
    }
}
