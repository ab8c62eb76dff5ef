//! Files beside messages, for people: how one stands, and its plain bytes after the reading was logged.

use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::record::BodyForm;
use concord_protocol::engine::record::MessageRecord;
use concord_protocol::envelope::header;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::StaffNumber;
use concord_protocol::message::attachment::Attachment;
use concord_protocol::message::submission::Submission;

use crate::host::files::wants::Standing;
use crate::host::files::wants::Wanting;
use crate::host::handle::Aim;
use crate::host::handle::Handle;
use crate::host::handle::MessageName;
use crate::host::handle::ReadError;
use crate::host::handle::SubmitError;
use crate::store::files::FileFault;
use crate::store::files::Files;
use crate::store::files::reader::PlainFile;

/// How a file stands at this node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileStanding {
    /// All of it is here.
    Here {
        /// Its sealed bytes.
        length: u64,
    },
    /// It is to come from its author.
    Coming {
        /// Sealed bytes that are here.
        held: u64,
        /// Sealed bytes that it has.
        length: u64,
        /// How it stands with its author.
        wanting: Wanting,
    },
    /// A message names it, and it is neither here nor wanted: lost, or looked for in a moment.
    Missing {
        /// Sealed bytes that it has.
        length: u64,
    },
    /// The body of every message that names it was erased, or did not come.
    Gone,
}

/// How much of others' files there is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileCounts {
    /// Files that are wanted, by author.
    pub wanted: Vec<(AgencyId, usize)>,
    /// Bytes that files take, by author.
    pub bytes: Vec<(AgencyId, u64)>,
}

/// A file that was opened, after its `read` leaf became durable.
#[derive(Debug)]
pub struct OpenedFile {
    /// Reads what was sealed.
    pub file: PlainFile,
    /// What the header says that it holds.
    pub media_type: String,
    /// The `read` leaf.
    pub leaf: LeafIndex,
}

/// Why a file was not opened.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The message or its body cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The message does not name such a file.
    #[error("the message names no such file")]
    NotNamed,
    /// The body names no key for it.
    #[error("the body of the message names no key for this file")]
    NoKey,
    /// It is not here.
    #[error("{}", not_here(.0))]
    NotHere(FileStanding),
    /// It cannot be read.
    #[error(transparent)]
    Fault(#[from] FileFault),
}

fn not_here(standing: &FileStanding) -> String {
    match standing {
        FileStanding::Coming { held, length, wanting: Wanting::TooLong } => {
            format!(
                "{held} of {length} bytes of the file are here, and it is longer than this node takes"
            )
        }
        FileStanding::Coming { held, length, wanting: Wanting::GivenUp } => format!(
            "{held} of {length} bytes of the file are here, and its author sent something else again and again"
        ),
        FileStanding::Coming { held, length, .. } => {
            format!("{held} of {length} bytes of the file are here so far")
        }
        FileStanding::Here { .. } | FileStanding::Missing { .. } | FileStanding::Gone => {
            "the file is not here".to_owned()
        }
    }
}

impl Handle {
    /// The files of the node.
    pub fn files(&self) -> Files {
        self.around.shared.files.clone()
    }

    /// How a file stands. Waits for the disk.
    ///
    /// # Errors
    /// When neither a message names it nor is it here, or the store cannot be read.
    // spec: fil-51
    pub fn file(&self, digest: &Digest) -> Result<FileStanding, ReadError> {
        let shared = &self.around.shared;
        let whole = shared.files.whole(digest).map_err(|_| ReadError::Stopping)?;
        if let Some(length) = whole {
            return Ok(FileStanding::Here { length });
        }
        if let Some(Standing { author, length, wanting }) = shared.wants.standing(digest) {
            let held = shared.files.came(digest, &author).map_err(|_| ReadError::Stopping)?;
            return Ok(FileStanding::Coming { held, length, wanting });
        }
        let mut is_named = false;
        let named = shared.reader.beside(digest, |record| {
            is_named = true;
            let is_own = record.from == shared.me;
            let named = attachment(record, digest).filter(|_| record.body == BodyForm::Held)?;
            Some((named.length, is_own))
        });
        let largest = shared.files.largest();
        match named.map_err(|_| ReadError::Stopping)? {
            Some((length, is_own)) if length > largest && !is_own => {
                Ok(FileStanding::Coming { held: 0, length, wanting: Wanting::TooLong })
            }
            Some((length, _)) => Ok(FileStanding::Missing { length }),
            None if is_named => Ok(FileStanding::Gone),
            None => Err(ReadError::NotFound),
        }
    }

    /// Files of each other member that are wanted, and bytes that those take which are here or come.
    pub fn file_counts(&self) -> FileCounts {
        let shared = &self.around.shared;
        FileCounts { wanted: shared.wants.counts(), bytes: shared.files.usage_by_member() }
    }

    /// Opens a file beside a message, after its `read` leaf has become durable, exactly as a body is opened.
    ///
    /// # Errors
    /// When it was not opened. What is missing is said before anything is logged.
    // spec: fil-52
    pub async fn read_file(
        &self,
        name: MessageName,
        digest: Digest,
        (officer, aim): (StaffNumber, Aim),
    ) -> Result<OpenedFile, FileError> {
        let handle = self.clone();
        let disk = &self.around.shared.crew.disk;
        let found = disk.run(move || handle.named_and_here(name, &digest)).await;
        let named = found.map_err(|_| ReadError::Stopping)??;
        let body = self.read_body(name, officer, aim).await?;
        let sealed = body.files.into_iter().find(|file| file.digest == digest);
        let key = sealed.ok_or(FileError::NoKey)?.key;
        let files = self.files();
        let opened = disk.run(move || {
            let mut file = files.plain(&digest, key)?;
            // Nothing of a file is shown whose end is not the one that was sealed.
            file.check_end()?;
            Ok::<_, FileFault>(file)
        });
        let file = opened.await.map_err(|_| ReadError::Stopping)??;
        Ok(OpenedFile { file, media_type: named.media_type.as_str().to_owned(), leaf: body.leaf })
    }

    fn named_and_here(&self, name: MessageName, digest: &Digest) -> Result<Attachment, FileError> {
        let record = self.record(name)?;
        let named = attachment(&record, digest).ok_or(FileError::NotNamed)?;
        // A body that was erased says so, and when, rather than that its file is gone.
        drop(self.body(&record)?);
        match self.file(digest)? {
            FileStanding::Here { .. } => Ok(named),
            standing @ (FileStanding::Coming { .. }
            | FileStanding::Missing { .. }
            | FileStanding::Gone) => Err(FileError::NotHere(standing)),
        }
    }

    /// Refuses a message that names a file which is not here: its recipients would ask for it in vain.
    // spec: fil-50
    pub(super) async fn has_files(&self, submission: &Submission) -> Result<(), SubmitError> {
        if submission.attachments().is_empty() {
            return Ok(());
        }
        let (files, named) = (self.files(), submission.attachments().to_vec());
        let looked = self.around.shared.crew.disk.run(move || {
            let here = |file: &Attachment| {
                files.whole(&file.digest).is_ok_and(|whole| whole == Some(file.length))
            };
            named.iter().find(|file| !here(file)).map(|file| file.digest)
        });
        match looked.await.map_err(|_| SubmitError::Stopping)? {
            Some(digest) => Err(SubmitError::NoFile { digest }),
            None => Ok(()),
        }
    }
}

fn attachment(record: &MessageRecord, digest: &Digest) -> Option<Attachment> {
    let header = header::read(&record.message).ok()?;
    header.attachments.into_iter().find(|file| file.digest == *digest)
}
