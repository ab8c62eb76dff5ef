//! A certificate that two officers sign where there is no network, with the commands that they would use.
//!
//! Uses `cli::certificate`, `desk`. The file goes from device to device as the texts of QR codes; each officer signs in ink
//! on the paper form, and reads the digest out to the other.

use std::path::Path;
use std::path::PathBuf;

use serde_json::Value;

use crate::cli::answer::Answer;
use crate::cli::certificate;
use crate::cli::certificate::CertificateVerb;
use crate::cli::certificate::Side;
use crate::cli::certificate::SignerArguments;
use crate::cli::demo::heron::desk::Desk;
use crate::cli::demo::heron::desk::Scene;
use crate::cli::demo::ledger::Sent;
use crate::cli::demo::trouble;
use crate::cli::fail;
use crate::cli::reach::Reach;
use crate::files;
use crate::files::Access;
use crate::report::Report;

/// The folder with what lies on the table between the officers.
pub(crate) const TABLE: &str = "face-to-face";

/// Two officers with a device each.
#[derive(Clone, Copy)]
pub(crate) struct Meeting<'a, 'd> {
    /// The desks of both.
    pub(crate) desk: &'a Desk<'d>,
    /// Whose officer gives the people.
    pub(crate) releasing: usize,
    /// Whose officer takes them.
    pub(crate) receiving: usize,
}

impl Meeting<'_, '_> {
    /// Both sign; nothing is sent. Gives the file with both signatures, at the receiving side.
    pub(crate) fn sign(&self, letter: &Value) -> Result<PathBuf, Report> {
        let message = self.put("certificate-message.json", letter.to_string().as_bytes())?;
        let prepared = self.at("certificate-prepared.json");
        let signer = self.signer(self.releasing)?;
        run(&CertificateVerb::Prepare { message, out: prepared.clone(), signer })?;

        let shown = run(&CertificateVerb::Show { file: prepared, qr: true })?;
        let texts = self.put("certificate-texts.txt", shown.text.as_bytes())?;
        let file = self.at("certificate-read.json");
        let read = run(&CertificateVerb::Read { texts, out: file.clone() })?;

        let out = self.at("certificate-signed.json");
        let signer = self.signer(self.receiving)?;
        let digest = text_of(&read, "digest")?;
        run(&CertificateVerb::Countersign { file, out: out.clone(), digest, signer })?;
        Ok(out)
    }

    /// Hours later each side sends its own message; gives the certificate.
    pub(crate) fn send(&self, signed: &Path, scene: &mut Scene) -> Result<Sent, Report> {
        let certificate = self.import(signed, (self.releasing, Side::Releasing))?;
        scene.heard(certificate.clone());
        self.desk.catch_up(scene, self.receiving)?;
        let countersignature = self.import(signed, (self.receiving, Side::Receiving))?;
        scene.heard(countersignature);
        Ok(certificate)
    }

    fn import(&self, signed: &Path, (at, side): (usize, Side)) -> Result<Sent, Report> {
        let folder = self.desk.stations.place(at)?.folder.path().to_owned();
        let officer = self.desk.agency(at)?.officer.to_owned();
        let reach = Reach::in_directory(folder);
        let sent = run(&CertificateVerb::Import { file: signed.to_owned(), side, officer, reach })?;
        let message = self.desk.stations.client(at)?.message(&text_of(&sent, "message")?)?;
        Ok(Sent {
            from: at,
            id: message.id,
            digest: message.digest,
            procedure: text_of(&sent, "procedure")?,
            to: message.deliveries.into_iter().map(|delivery| delivery.agency).collect(),
        })
    }

    fn signer(&self, at: usize) -> Result<SignerArguments, Report> {
        Ok(SignerArguments::in_ink(self.desk.agency(at)?.officer))
    }

    fn put(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, Report> {
        let path = self.at(name);
        files::make(&path, bytes, Access::Private)
            .map_err(|error| fail::file("what the officers sign was not written", &error))?;
        Ok(path)
    }

    fn at(&self, name: &str) -> PathBuf {
        self.desk.table.join(name)
    }
}

fn run(verb: &CertificateVerb) -> Result<Answer, Report> {
    certificate::run(verb)
}

fn text_of(answer: &Answer, field: &str) -> Result<String, Report> {
    let text = answer.json.get(field).and_then(Value::as_str).map(str::to_owned);
    text.ok_or_else(|| trouble::broken(format!("a certificate's answer has no {field}")))
}
