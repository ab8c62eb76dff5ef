//! Files on their way to and from the node.

use std::fs::File;
use std::io::Read;
use std::io::Write;

use ureq::SendBody;

use crate::api::client::Client;
use crate::api::client::escaped;
use crate::api::client::query;
use crate::api::shape::file::AddedFile;
use crate::api::shape::file::FileDocument;
use crate::report::Report;
use crate::report::code::Code;

impl Client {
    /// Hands a file of so many bytes to the node.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn add_file(&self, file: &mut File, length: u64) -> Result<AddedFile, Report> {
        let request = self
            .agent
            .post(self.at_path("/api/v1/files"))
            .content_type("application/octet-stream")
            .header("content-length", length.to_string())
            .header("authorization", self.bearer());
        let answer = self.accepted(request.send(SendBody::from_reader(&mut file.take(length))))?;
        self.document(answer)
    }

    /// How a file stands.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses.
    pub fn file(&self, digest: &str) -> Result<FileDocument, Report> {
        self.get(&format!("/api/v1/files/{}", escaped(digest)))
    }

    /// Writes a file beside a message to `out`; the node logs who opened it and for which purpose. Gives back the bytes
    /// written and the leaf of the reading.
    ///
    /// # Errors
    /// When the node cannot be reached or refuses, and when the file breaks off or cannot be written.
    pub fn get_file(
        &self,
        ([message, digest, officer, purpose], suspended): ([&str; 4], bool),
        out: &mut dyn Write,
    ) -> Result<(u64, u64), Report> {
        let path = format!("/api/v1/messages/{}/files/{}", escaped(message), escaped(digest));
        let suspended = suspended.then_some("known");
        let asked =
            [("officer", Some(officer)), ("purpose", Some(purpose)), ("suspended", suspended)];
        let path = query(&path, &asked);
        let answer = self.ask(&path)?;
        let number = |name: &str| answer.headers().get(name)?.to_str().ok()?.parse::<u64>().ok();
        let (leaf, length) = (number("concord-log-index"), number("content-length"));
        let written = self.copied(answer, out)?;
        if length != Some(written) {
            let why = format!("{written} bytes of the file came, and it has more or fewer");
            return Err(Report::new(Code::NodeUnreachable, "the file was not received whole", why));
        }
        Ok((written, leaf.unwrap_or_default()))
    }
}
